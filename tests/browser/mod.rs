//! Flows in a real browser, few and whole: on the phone and at the desk, with scripts and without.

mod desk;
mod lock;
mod offline;
mod phone;
mod place;
mod prescribing;
mod record;
mod screen;
mod secrets;
mod stock;
mod visit;
mod words;

use infirmary::access::model::Role;

use crate::support::Clinic;
use crate::support::chromium::{self, Device, Window};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_form_takes_the_focus_to_its_summary() {
    if !chromium::is_here() {
        return;
    }
    let clinic = Clinic::on_sqlite().await;
    clinic.staff("doctor", &[Role::Doctor]).await;
    let window = Window::open(&clinic, Device::Phone, true).await;
    window.goto("/sign-in").await;
    window.press("main form button[type=submit]").await;
    window.reads("#error-summary", "There is a problem").await;
    assert_eq!(window.focused().await, "error-summary");
    window.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_in_works_without_scripts() {
    if !chromium::is_here() {
        return;
    }
    let clinic = Clinic::on_sqlite().await;
    clinic.staff("doctor", &[Role::Doctor]).await;
    let window = Window::open(&clinic, Device::Desk, false).await;
    window.sign_in("doctor").await;
    window.reads(".who", "doctor").await;
    window.close().await;
}
