//! The addresses of the capability and who may use them.

use super::handlers::{away, book, check, desk, desk_book, desk_steps, doctors, hours, mine, moving, week};
use crate::access::model::Permission;
use crate::web::paths::scheduling as paths;
use crate::web::routes::{Access, Routes};

/// The pages of this capability.
pub fn routes() -> Routes {
    patients_own().merge(desks()).merge(doctors_hours())
}

/// Who may set whose hours, the handlers decide: doctors their own, administrators anybody's.
fn doctors_hours() -> Routes {
    Routes::new("scheduling")
        .get(paths::AVAILABILITY, Access::Staff, hours::index)
        .post(paths::AVAILABILITY, Access::Staff, hours::create)
        .get(paths::NEW_AVAILABILITY, Access::Staff, hours::new)
        .get(paths::AVAILABILITY_ONE, Access::Staff, hours::edit)
        .post(paths::AVAILABILITY_ONE, Access::Staff, hours::update)
        .post(paths::MAKE_SLOTS, Access::Staff, away::make_range)
        .post(paths::MAKE_SLOT, Access::Staff, away::make_single)
        .post(paths::BLOCK, Access::Staff, away::create)
        .post(paths::LIFT, Access::Staff, away::end)
        .get(paths::DOCTORS, Access::SignedIn, doctors::index)
}

fn desks() -> Routes {
    let see = Access::May(Permission::SeeAppointments);
    let book = Access::May(Permission::BookForPatients);
    Routes::new("scheduling")
        .get(paths::APPOINTMENTS, see, desk::index)
        .post(paths::APPOINTMENTS, book, desk_book::create)
        .get(paths::NEW_APPOINTMENT, book, desk_book::new)
        .get(paths::APPOINTMENT, see, desk::show)
        .get(paths::FILE, see, desk::file)
        .post(paths::DESK_CANCEL, book, desk_steps::cancel)
        .post(paths::DESK_MOVE, book, desk_book::relocate)
        .post(paths::NO_SHOW, book, desk_steps::no_show)
        .post(paths::UNDO, book, desk_steps::undo)
        .post(paths::NOTE, book, desk_steps::note)
        .post(paths::OBJECTION, book, desk_steps::objection)
        .get(paths::CALENDAR, see, week::show)
}

fn patients_own() -> Routes {
    let own = Access::Patient;
    Routes::new("scheduling")
        .get(paths::BOOK, own, book::reason)
        .get(paths::BOOK_DAY, own, book::day)
        .get(paths::BOOK_TIME, own, book::time)
        .post(paths::BOOK_HOLD, own, book::hold)
        .get(paths::BOOK_CHECK, own, check::check)
        .get(paths::BOOK_REASON, own, check::edit_reason)
        .post(paths::BOOK_REASON, own, check::update_reason)
        .post(paths::BOOK_CONFIRM, own, check::confirm)
        .get(paths::MY_APPOINTMENTS, own, mine::index)
        .get(paths::MY_APPOINTMENT, own, mine::show)
        .get(paths::MY_FILE, own, mine::file)
        .get(paths::MY_CANCEL, own, mine::ask_cancel)
        .post(paths::MY_CANCEL, own, mine::cancel)
        .post(paths::MY_UNDO, own, mine::undo)
        .get(paths::MY_MOVE, own, moving::day)
        .post(paths::MY_MOVE, own, moving::create)
        .get(paths::MY_MOVE_TIME, own, moving::time)
        .get(paths::MY_MOVE_CHECK, own, moving::check)
        .post(paths::MY_OBJECTION, own, mine::object)
}
