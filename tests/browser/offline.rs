//! A phone without a network in a real browser: the copy is there, says when it was saved, and goes with signing out.

use std::time::Duration;

use crate::support::Clinic;
use crate::support::chromium::{self, Device, Window};

async fn is_kept(phone: &Window) -> bool {
    let script = "const done = arguments[0]; caches.match('/my/saved').then((copy) => done(Boolean(copy)));";
    phone.page.execute_async(script, vec![]).await.unwrap().as_bool().unwrap()
}

async fn kept(phone: &Window, wanted: bool) {
    for _ in 0..100 {
        if is_kept(phone).await == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("kept: {}", !wanted);
}

/// Ada with an appointment tomorrow, on her own phone.
async fn phone_of_ada(clinic: &Clinic) -> Window {
    let ada = clinic.student("Ada Obi", "19/52HA001").await;
    let doctor = clinic.consultant("Nwosu").await;
    clinic.booking(ada, doctor, 24 * 60).await;
    clinic.signed_in_patient(ada, "19/52ha001").await;
    let phone = Window::open(clinic, Device::Phone, true).await;
    phone.sign_in("19/52ha001").await;
    phone.reads("h1", "Tuesday 10 November").await;
    phone
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_network_the_card_and_the_next_appointment_are_there() {
    if !chromium::is_here() {
        return;
    }
    let clinic = Clinic::on_sqlite().await;
    let phone = phone_of_ada(&clinic).await;
    kept(&phone, true).await;
    clinic.app.stop.cancel();
    tokio::time::sleep(Duration::from_millis(500)).await;
    phone.goto("/my/card").await;
    phone.reads(".notice", "Saved copy from 9am").await;
    phone.reads(".card", "Ada Obi").await;
    phone.reads("#appointment", "Tuesday 10 November 2026").await;
    // Its style is there as well.
    let shown = "return getComputedStyle(document.querySelector('.card')).borderRadius";
    assert_ne!(phone.page.execute(shown, vec![]).await.unwrap().as_str(), Some("0px"));
    // Everything else says that there is no connection.
    phone.goto("/book").await;
    phone.reads("h1", "No connection").await;
    phone.press_words("Your card and next appointment").await;
    phone.reads(".card", "Ada Obi").await;
    phone.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_deletes_the_copy() {
    if !chromium::is_here() {
        return;
    }
    let clinic = Clinic::on_sqlite().await;
    let phone = phone_of_ada(&clinic).await;
    kept(&phone, true).await;
    phone.press_words("Sign out").await;
    phone.reads("h1", "Sign in").await;
    kept(&phone, false).await;
    clinic.app.stop.cancel();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let _ = phone.page.goto(&format!("http://localhost:{}/my/card", clinic.address.port())).await;
    let source = phone.page.source().await.unwrap_or_default();
    assert!(!source.contains("Ada Obi"), "{source}");
    phone.close().await;
}
