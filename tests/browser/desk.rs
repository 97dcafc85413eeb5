//! The desk in a real browser: checking in, calling, boards that follow each other, and the keyboard alone.

use fantoccini::key::Key;
use infirmary::access::model::Role;
use infirmary::web::paths;
use infirmary::web::paths::queue as at;
use serde_json::Value;

use crate::support::Clinic;
use crate::support::chromium::{self, Device, Window};

/// A point where a doctor calls to Room 2.
async fn consulting(clinic: &Clinic) -> String {
    let point = clinic.point("Consulting", "consulting").await;
    clinic.room(point, "Room 2").await;
    at::board(point)
}

/// Opens a window in which this person has just signed in.
async fn seated(clinic: &Clinic, name: &str, scripts: bool) -> Window {
    let window = Window::open(clinic, Device::Desk, scripts).await;
    window.sign_in(name).await;
    window.reads(".who", name).await;
    window
}

/// Types where the focus is, as a scanner or a hand does.
async fn keys(window: &Window, typed: &str) {
    window.page.active_element().await.unwrap().send_keys(typed).await.unwrap();
}

fn with(modifier: Key, letter: char) -> String {
    format!("{}{letter}", char::from(modifier))
}

fn enter() -> String {
    char::from(Key::Enter).to_string()
}

/// Goes on with the Tab key until the focus stands where `id` says.
async fn tab_to(window: &Window, id: &str) {
    let tab = char::from(Key::Tab).to_string();
    for _ in 0..60 {
        if window.focused().await == id {
            return;
        }
        keys(window, &tab).await;
    }
    panic!("the Tab key never reached {id}");
}

async fn the_desk_works(scripts: bool) {
    if !chromium::is_here() {
        return;
    }
    let clinic = Clinic::on_sqlite().await;
    consulting(&clinic).await;
    let doctor = clinic.staff("nwosu", &[Role::Doctor]).await;
    clinic.staff("reception", &[Role::Receptionist]).await;
    let ada = clinic.visitor("Ada Obi").await;
    clinic.booking(ada, doctor, 10).await;
    clinic.patient("Wálé Bákàrè").await;
    let card = clinic.card_of(ada).await;

    let desk = seated(&clinic, "reception", scripts).await;
    desk.goto(at::ARRIVALS).await;
    assert_eq!(desk.focused().await, "code");
    keys(&desk, &(card + &enter())).await;
    desk.reads("#just", "Ada Obi").await;
    assert_eq!(desk.focused().await, "code");

    keys(&desk, &("wálé".to_owned() + &enter())).await;
    desk.reads("#found", "Wálé Bákàrè").await;
    desk.press(".walk-in button").await;
    desk.reads("#just", "Wálé Bákàrè").await;
    assert_eq!(clinic.count("select count(*) from visit").await, 2);
    assert_eq!(clinic.count("select count(*) from appointment where state = 'arrived'").await, 1);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_checks_in_by_scan_and_adds_a_walk_in() {
    the_desk_works(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_does_the_same_without_scripts() {
    the_desk_works(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_doctor_calls_starts_finishes_and_takes_back_by_keys() {
    if !chromium::is_here() {
        return;
    }
    let clinic = Clinic::on_sqlite().await;
    let board = consulting(&clinic).await;
    clinic.staff("doctor", &[Role::Doctor]).await;
    let ada = clinic.walk_in("Ada Obi").await;
    let doctor = seated(&clinic, "doctor", true).await;
    doctor.goto(&board).await;
    doctor.reads("#queue", "Ada Obi").await;
    keys(&doctor, &with(Key::Alt, 'n')).await;
    doctor.reads(".now", "Called to Room 2").await;
    keys(&doctor, &with(Key::Alt, 's')).await;
    doctor.reads(".now", "With you since").await;
    clinic.decided().await;
    keys(&doctor, &with(Key::Alt, 'e')).await;
    doctor.reads("#undo", &ada.token).await;
    keys(&doctor, &with(Key::Alt, 'z')).await;
    doctor.reads(".now", "With you since").await;
    doctor.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_on_one_board_shows_on_the_other_without_reloading() {
    if !chromium::is_here() {
        return;
    }
    let clinic = Clinic::on_sqlite().await;
    let board = consulting(&clinic).await;
    clinic.staff("doctor", &[Role::Doctor]).await;
    clinic.staff("nurse", &[Role::Nurse]).await;
    clinic.walk_in("Ada Obi").await;
    let doctor = seated(&clinic, "doctor", true).await;
    let nurse = seated(&clinic, "nurse", true).await;
    doctor.goto(&board).await;
    nurse.goto(&board).await;
    nurse.reads("#queue", "Waiting").await;
    nurse.page.execute("window.sameDocument = true", vec![]).await.unwrap();
    doctor.press("#call-next-button").await;
    doctor.reads(".now", "Called to Room 2").await;
    nurse.reads("#queue", "Called by doctor").await;
    let same = nurse.page.execute("return window.sameDocument === true", vec![]).await.unwrap();
    assert_eq!(same, Value::Bool(true), "the board was loaded again");
    doctor.close().await;
    nurse.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_is_checked_in_with_the_keyboard_alone() {
    if !chromium::is_here() {
        return;
    }
    let clinic = Clinic::on_sqlite().await;
    consulting(&clinic).await;
    let doctor = clinic.staff("nwosu", &[Role::Doctor]).await;
    clinic.staff("reception", &[Role::Receptionist]).await;
    let ada = clinic.visitor("Ada Obi").await;
    let booking = clinic.booking(ada, doctor, 10).await;
    let desk = seated(&clinic, "reception", true).await;

    desk.goto(paths::HOME).await;
    keys(&desk, &with(Key::Control, 'k')).await;
    assert_eq!(desk.focused().await, "find");
    keys(&desk, &("obi".to_owned() + &enter())).await;
    desk.reads("main", "Ada Obi").await;

    desk.goto(at::ARRIVALS).await;
    tab_to(&desk, &format!("check-in-{booking}")).await;
    keys(&desk, &enter()).await;
    desk.reads("#just", "Ada Obi").await;
    assert_eq!(clinic.count("select count(*) from visit").await, 1);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn k3_the_search_box_is_walked_through_with_the_keyboard_and_leads_back() {
    if !chromium::is_here() {
        return;
    }
    let clinic = Clinic::on_sqlite().await;
    consulting(&clinic).await;
    clinic.staff("reception", &[Role::Receptionist]).await;
    let ada = clinic.patient("Ada Obi").await;
    let desk = seated(&clinic, "reception", true).await;
    desk.goto(at::ARRIVALS).await;
    assert_eq!(desk.focused().await, "code");
    keys(&desk, &with(Key::Control, 'k')).await;
    keys(&desk, "obi").await;
    desk.reads("#find-results", "Ada Obi").await;
    keys(&desk, &char::from(Key::Escape).to_string()).await;
    assert_eq!(desk.focused().await, "code", "where one was");
    assert_eq!(desk.text("#find-results").await, "", "it is closed");

    keys(&desk, &with(Key::Control, 'k')).await;
    keys(&desk, "obi").await;
    desk.reads("#find-results", "Ada Obi").await;
    keys(&desk, &format!("{}{}", char::from(Key::Down), enter())).await;
    desk.reads("h1", "Ada Obi").await;
    assert_eq!(desk.path().await, paths::patients::show(ada));
    desk.close().await;
}
