//! The lock of a desk in a real browser: one key, the page beneath it, other tabs, and ten minutes without a hand.

use fantoccini::Locator;
use fantoccini::key::Key;
use infirmary::access::model::Role;

use crate::support::chromium::{self, Device, Window};
use crate::support::{Clinic, PASSWORD};

async fn typing(clinic: &Clinic) -> Window {
    clinic.staff("reception", &[Role::Receptionist]).await;
    let desk = Window::open(clinic, Device::Desk, true).await;
    desk.sign_in("reception").await;
    desk.reads(".who", "reception").await;
    desk.goto("/patients/new").await;
    desk.fill("family_name", "Adésọ̀kàn").await;
    desk
}

async fn unlock(desk: &Window, password: &str) {
    let field = desk.page.find(Locator::Css("dialog.lock input[type=password]")).await.unwrap();
    field.send_keys(password).await.unwrap();
    desk.press("dialog.lock #unlock button[type=submit]").await;
}

async fn value(desk: &Window, id: &str) -> String {
    let script = format!("return document.getElementById('{id}').value");
    desk.page.execute(&script, vec![]).await.unwrap().as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_locks_and_the_password_brings_the_page_back_with_its_text() {
    if !chromium::is_here() {
        return;
    }
    let clinic = Clinic::on_sqlite().await;
    let desk = typing(&clinic).await;
    let keys = format!("{}l", char::from(Key::Alt));
    desk.page.active_element().await.unwrap().send_keys(&keys).await.unwrap();
    desk.reads("dialog.lock", "reception is signed in here").await;
    assert_eq!(clinic.count("select count(*) from sign_in where locked_at is not null").await, 1);
    assert!(desk.page.title().await.unwrap().starts_with("Locked"));
    // Escape does not lift the cover.
    let escape = char::from(Key::Escape).to_string();
    for _ in 0..3 {
        desk.page.active_element().await.unwrap().send_keys(&escape).await.unwrap();
    }
    unlock(&desk, "guess").await;
    desk.reads("dialog.lock", "This is not your password").await;
    unlock(&desk, PASSWORD).await;
    for _ in 0..50 {
        if desk.page.find(Locator::Css("dialog.lock")).await.is_err() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(value(&desk, "family_name").await, "Adésọ̀kàn");
    assert_eq!(desk.path().await, "/patients/new");
    assert_eq!(clinic.count("select count(*) from sign_in where locked_at is not null").await, 0);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_tab_is_locked_together() {
    if !chromium::is_here() {
        return;
    }
    let clinic = Clinic::on_sqlite().await;
    let desk = typing(&clinic).await;
    let first = desk.page.window().await.unwrap();
    let second = desk.page.new_window(true).await.unwrap().handle;
    desk.page.switch_to_window(second).await.unwrap();
    desk.goto("/patients").await;
    desk.press("#lock button").await;
    desk.reads("dialog.lock", "is signed in here").await;
    desk.page.switch_to_window(first).await.unwrap();
    desk.reads("dialog.lock", "is signed in here").await;
    unlock(&desk, PASSWORD).await;
    for _ in 0..50 {
        if desk.page.find(Locator::Css("dialog.lock")).await.is_err() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(value(&desk, "family_name").await, "Adésọ̀kàn");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_without_a_hand_locks_itself() {
    if !chromium::is_here() {
        return;
    }
    let clinic = Clinic::on_sqlite().await;
    let desk = typing(&clinic).await;
    // Ten minutes pass at once for the page.
    let later = "const now = Date.now; Date.now = () => now() + 601000";
    desk.page.execute(later, vec![]).await.unwrap();
    desk.reads("dialog.lock", "is signed in here").await;
    assert_eq!(clinic.count("select count(*) from sign_in where locked_at is not null").await, 1);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_button_locks_without_scripts() {
    if !chromium::is_here() {
        return;
    }
    let clinic = Clinic::on_sqlite().await;
    clinic.staff("reception", &[Role::Receptionist]).await;
    let desk = Window::open(&clinic, Device::Desk, false).await;
    desk.sign_in("reception").await;
    desk.goto("/patients").await;
    desk.press("#lock button").await;
    desk.reads("h1", "Locked").await;
    desk.fill("password_unlock", PASSWORD).await;
    desk.press("#unlock button[type=submit]").await;
    desk.reads("h1", "Patients").await;
    desk.close().await;
}
