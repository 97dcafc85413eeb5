//! Prescribing in a real browser, by keyboard alone: medicine, dose, times, days, Enter adds, and the next one is typed.

use fantoccini::key::Key;

use crate::support::Clinic;
use crate::support::chromium::{self, Device, Window};

async fn keys(window: &Window, typed: &str) {
    window.page.active_element().await.unwrap().send_keys(typed).await.unwrap();
}

async fn has_focus(window: &Window, id: &str) {
    for _ in 0..100 {
        if window.focused().await == id {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{} has the focus, and not {id}", window.focused().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_medicines_are_prescribed_by_keyboard_alone() {
    if !chromium::is_here() {
        return;
    }
    let clinic = Clinic::on_sqlite().await;
    let room = clinic.prescribing_room().await;
    let window = Window::open(&clinic, Device::Desk, true).await;
    window.sign_in("okoro").await;
    window.reads(".who", "Okoro").await;
    window.goto(&format!("/visits/{}/consultation", room.visit)).await;
    let (tab, enter) = (char::from(Key::Tab).to_string(), char::from(Key::Enter).to_string());
    for _ in 0..60 {
        if window.focused().await == "rx_medicine" {
            break;
        }
        keys(&window, &tab).await;
    }
    // The usual values come with the medicine: two times Enter.
    keys(&window, "amox 500 cap").await;
    window.reads("#rx_medicine-list", "amoxicillin").await;
    let down = char::from(Key::Down).to_string();
    keys(&window, &down).await;
    keys(&window, &enter).await;
    keys(&window, &enter).await;
    window.reads("#rx .rx-lines", "15 capsules").await;
    has_focus(&window, "rx_medicine").await;
    // Own values: dose, times, days, Enter.
    keys(&window, "panadol 500").await;
    window.reads("#rx_medicine-list", "paracetamol").await;
    keys(&window, &down).await;
    keys(&window, &enter).await;
    for typed in ["2", "3 t", "3"] {
        keys(&window, &tab).await;
        keys(&window, typed).await;
    }
    keys(&window, &enter).await;
    window.reads("#rx .rx-lines", "18 tablets").await;
    let lines: Vec<i64> = clinic.rx_lines(room.visit).await.iter().map(|line| line.2).collect();
    assert_eq!(lines, [15, 18]);
    window.close().await;
}
