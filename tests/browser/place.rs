//! The own place in a real browser: it follows the token, and says when it cannot.

use std::time::Duration;

use infirmary::web::paths::queue as paths;

use crate::support::chromium::{self, Device, Window};
use crate::support::{Clinic, Outage};

/// Checks Ada in, lets her open her place, calls her, and waits until the phone says so.
async fn follows_a_call(scripts: bool) {
    if !chromium::is_here() {
        return;
    }
    let clinic = Clinic::on_sqlite().await;
    let point = clinic.point("Consulting", "consulting").await;
    clinic.room(point, "Room 2").await;
    let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
    let patient = clinic.visitor("Ada Obi").await;
    clinic.phone_of(patient).await;
    clinic.arrived(patient).await;
    let window = Window::open(&clinic, Device::Phone, scripts).await;
    window.sign_in(&format!("phone{patient}")).await;
    window.reads(".next .plate", "A001").await;
    window.press_words("See your place").await;
    window.reads(".place .big", "You are next").await;
    window.reads(".updated", "This page updates by itself.").await;
    // The button needs scripts; without them it is not shown.
    window.reads("#tell-me", if scripts { "Tell me when it is my turn" } else { "" }).await;
    let board = doctor.get(&paths::board(point)).await;
    doctor.submitted(&board, "#call-next", &[]).await;
    if !scripts {
        // The page asks for itself every fifteen seconds; a person may press sooner.
        let refresh = window.page.find(fantoccini::Locator::Css("meta[http-equiv=refresh]")).await.unwrap();
        assert_eq!(refresh.attr("content").await.unwrap().as_deref(), Some("15; url=/my/place?by=itself"));
        tokio::time::sleep(Duration::from_secs(8)).await;
    }
    window.reads(".place[data-state=called] .big", "Go to Room 2").await;
    if scripts {
        let title = window.page.title().await.unwrap();
        assert!(title.contains("A001: Go to Room 2") || title.starts_with("Your place"), "{title}");
        let told = "return document.getElementById('news').textContent";
        assert_eq!(window.page.execute(told, vec![]).await.unwrap(), "Go to Room 2");
    }
    window.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_place_follows_a_call() {
    follows_a_call(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_place_follows_a_call_without_scripts() {
    follows_a_call(false).await;
}

/// The front page too follows the token by itself, and goes on when the token is done.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_home_follows_a_call() {
    if !chromium::is_here() {
        return;
    }
    let clinic = Clinic::on_sqlite().await;
    let point = clinic.point("Consulting", "consulting").await;
    clinic.room(point, "Room 2").await;
    let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
    let patient = clinic.visitor("Ada Obi").await;
    clinic.phone_of(patient).await;
    clinic.arrived(patient).await;
    let window = Window::open(&clinic, Device::Phone, true).await;
    window.sign_in(&format!("phone{patient}")).await;
    window.reads("#now h1", "You are next").await;
    window.reads("[data-connection=live]", "This page updates by itself.").await;
    let board = doctor.get(&paths::board(point)).await;
    let board = doctor.submitted(&board, "#call-next", &[]).await;
    window.reads("#now h1", "Go to Room 2").await;
    let told = "return document.getElementById('news').textContent";
    assert_eq!(window.page.execute(told, vec![]).await.unwrap(), "Go to Room 2");
    let board = doctor.submitted(&board, "[data-move=start]", &[]).await;
    clinic.decided().await;
    doctor.submitted(&board, "[data-move=finish]", &[]).await;
    window.reads("#now h1", "You have no appointment").await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_connection_is_said_and_heals() {
    if !chromium::is_here() {
        return;
    }
    let clinic = Clinic::on_sqlite().await;
    clinic.point("Consulting", "consulting").await;
    let ada = clinic.walk_in("Ada Obi").await;
    let window = Window::open(&clinic, Device::Phone, true).await;
    window.goto(&paths::place(&ada.slip_code)).await;
    window.reads("[data-connection=live]", "This page updates by itself.").await;
    let outage = Outage::begins(clinic).await;
    window.reads("[data-connection=lost]", "Not updating since ").await;
    window.reads("[data-connection=lost]", "Check your connection.").await;
    let _clinic = outage.ends().await;
    window.reads("[data-connection=live]", "This page updates by itself.").await;
    window.close().await;
}
