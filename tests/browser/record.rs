//! The record in a real browser: the banner stays in sight and covers nothing, and an allergy is recorded by keyboard.

use fantoccini::key::Key;
use infirmary::access::model::Role;
use serde_json::Value;

use crate::support::Clinic;
use crate::support::chromium::{self, Device, Window};

/// How many pixels the banner overlaps what has the focus, and whether the banner is in sight.
const COVERED: &str = "const f = document.activeElement.getBoundingClientRect();
    const b = document.querySelector('header.patient').getBoundingClientRect();
    const banner = document.querySelector('header.patient').contains(document.activeElement);
    return [banner || f.height > 300 ? 0 : Math.max(0, Math.min(f.bottom, b.bottom) - Math.max(f.top, b.top)), b.top >= 0 && b.top < 200];";

async fn keys(window: &Window, typed: &str) {
    window.page.active_element().await.unwrap().send_keys(typed).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_banner_stays_in_sight_and_never_covers_what_has_the_focus() {
    if !chromium::is_here() {
        return;
    }
    let clinic = Clinic::on_sqlite().await;
    clinic.allergens().await;
    clinic.staff("doctor", &[Role::Doctor]).await;
    let id = clinic.treated("Ada Obi").await;
    for substance in ["Peanuts", "Palm wine", "A long name of something that harms, in free text"] {
        clinic.allergic(id, substance).await;
    }
    clinic.entered(id, "alert", "Fell twice in the queue").await;
    let window = Window::open(&clinic, Device::Desk, false).await;
    window.sign_in("doctor").await;
    window.reads(".who", "doctor").await;
    let tab = char::from(Key::Tab).to_string();
    let back = format!("{}{tab}", char::from(Key::Shift));
    window.goto(&format!("/patients/{id}/allergies/new?q=in")).await;
    for direction in [&tab, &back] {
        let mut in_form = 0;
        for _ in 0..45 {
            keys(&window, direction).await;
            let Value::Array(found) = window.page.execute(COVERED, Vec::new()).await.unwrap() else {
                panic!()
            };
            let inside = "return !!document.activeElement.closest('#allergy');";
            if window.page.execute(inside, Vec::new()).await.unwrap() == Value::Bool(true) {
                in_form += 1;
                assert_eq!(found[0].as_f64().unwrap(), 0.0, "{} is covered", window.focused().await);
                assert_eq!(
                    found[1],
                    Value::Bool(true),
                    "the banner is out of sight at {}",
                    window.focused().await
                );
            }
        }
        assert!(in_form > 5, "the Tab key passed only {in_form} fields");
    }
    window.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_allergy_is_recorded_by_keyboard_alone_without_scripts() {
    if !chromium::is_here() {
        return;
    }
    let clinic = Clinic::on_sqlite().await;
    clinic.allergens().await;
    clinic.staff("doctor", &[Role::Doctor]).await;
    let id = clinic.treated("Ada Obi").await;
    let window = Window::open(&clinic, Device::Desk, false).await;
    window.sign_in("doctor").await;
    window.reads(".who", "doctor").await;
    window.goto(&format!("/patients/{id}/allergies/new")).await;
    assert_eq!(window.focused().await, "q", "the search has the focus");
    let enter = char::from(Key::Enter).to_string();
    keys(&window, &format!("penicillin{enter}")).await;
    window.reads("#allergy", "Penicillins").await;
    let tab = char::from(Key::Tab).to_string();
    let space = " ";
    // Nothing of the list is chosen for anybody: the first one is one key.
    for (to, then) in [("allergen", space), ("reaction", "rash"), ("severity", space), ("certainty", space)] {
        for _ in 0..40 {
            if window.focused().await == to {
                break;
            }
            keys(&window, &tab).await;
        }
        keys(&window, then).await;
    }
    keys(&window, &enter).await;
    window.reads("#alerts", "Penicillins").await;
    assert_eq!(
        clinic.count("select count(*) from allergy where code = 'penicillin' and reaction = 'rash'").await,
        1
    );
    window.close().await;
}
