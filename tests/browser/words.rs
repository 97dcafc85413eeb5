//! Other languages take more room than English (experience X6): with every word a third longer and marks above and below its
//! letters, a phone shows every page whole.

use infirmary::access::model::Role;
use infirmary::db::sql;

use crate::support::Clinic;
use crate::support::chromium::{self, Device, Window};

/// Makes the words of the page longer; what is a number, a code, a time or a name of a key stays.
const LONGER: &str = "
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const all = [];
    while (texts.nextNode()) all.push(texts.currentNode);
    for (const text of all) {
        if (text.parentElement.closest('script, style, time, kbd, .plate, .code, .num')) continue;
        text.textContent = text.textContent.replace(/[A-Za-z]{4,}/g,
            word => word + '\u{1ecd}\u{301}' + word.slice(0, Math.ceil(word.length * .35) - 1));
    }
    return [document.body.textContent.includes('\u{1ecd}\u{301}'), document.documentElement.scrollWidth - window.innerWidth];";

/// The pages of `paths` that are wider than the window when their words are longer.
async fn too_wide(window: &Window, paths: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for path in paths {
        window.goto(path).await;
        assert!(path.starts_with(&window.path().await), "{path} led to {}", window.path().await);
        let told = window.page.execute(LONGER, vec![]).await.unwrap();
        assert_eq!(told[0], true, "{path} has no words");
        let by = told[1].as_i64().unwrap();
        if by > 0 {
            found.push(format!("{path} is {by} pixels too wide"));
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_hold_words_that_are_a_third_longer() {
    if !chromium::is_here() {
        return;
    }
    let clinic = Clinic::on_sqlite().await;
    // As long as a real name: it stands at the head of every paper.
    let name = "update clinic set name = 'University of Ìlọrin Health Centre'";
    sql(name).run(&clinic.app.db).await.unwrap();
    clinic.app.reload_clinic().await.unwrap();
    let point = clinic.point("Consulting", "consulting").await;
    let (doctor, _) = clinic.doctor_named("Dr Nwosu").await;
    clinic.visit_reason("I feel ill", 20).await;
    let slot = clinic.slot(doctor, 60, 2, 1).await;
    let (patient, _) = clinic.someone("Ada Obi").await;
    let reason = clinic.visit_reason("Blood pressure", 20).await;
    clinic.books(patient, slot, reason).await;
    let visit = clinic.walk_in("Chukwuemeka Ogunlade").await.visit;

    let own = Window::open(&clinic, Device::Phone, true).await;
    own.sign_in(&format!("p{patient}")).await;
    own.reads("h1", "Monday 9 November").await;
    let pages = ["/", "/book", "/my/appointments", "/my/card", "/my/details", "/my/visits", "/my/invoices"];
    assert!(too_wide(&own, &pages.map(str::to_owned)).await.is_empty());
    own.close().await;

    let all = [
        Role::Admin,
        Role::Receptionist,
        Role::Nurse,
        Role::Doctor,
        Role::Pharmacist,
        Role::Cashier,
        Role::LabAttendant,
    ];
    clinic.staff("everybody", &all).await;
    let staff = Window::open(&clinic, Device::Phone, true).await;
    staff.sign_in("everybody").await;
    staff.reads(".who", "everybody").await;
    let named = [
        "/",
        "/arrivals",
        "/patients",
        "/patients/new",
        "/appointments",
        "/calendar",
        "/prescriptions",
        "/billing",
        "/pharmacy",
        "/stock/items",
        "/staff",
        "/settings",
        "/audit",
    ];
    let mut pages = named.map(str::to_owned).to_vec();
    pages.extend([
        format!("/queues/{point}"),
        format!("/patients/{patient}"),
        format!("/visits/{visit}/consultation"),
        format!("/visits/{visit}/summary"),
    ]);
    assert_eq!(too_wide(&staff, &pages).await, Vec::<String>::new());
    staff.close().await;
}
