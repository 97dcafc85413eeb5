//! A student at the phone: books, moves and cancels, with scripts and without.

use infirmary::scheduling::model::AppointmentId;

use crate::support::Clinic;
use crate::support::chromium::{self, Device, Window};

/// Whether the page is wider than the phone; only a page with scripts can be asked.
async fn fits(window: &Window) -> bool {
    let wider = "return document.documentElement.scrollWidth <= window.innerWidth";
    window.page.execute(wider, vec![]).await.unwrap().as_bool().unwrap()
}

/// The appointment whose page is open.
async fn shown(window: &Window) -> AppointmentId {
    window.path().await.rsplit('/').next().unwrap().parse().unwrap()
}

async fn books_moves_and_cancels(scripts: bool) {
    if !chromium::is_here() {
        return;
    }
    let clinic = Clinic::on_sqlite().await;
    let doctor = clinic.consultant("Bola").await;
    clinic.visit_reason("I feel ill", 20).await;
    let (early, late) = (clinic.slot(doctor, 60, 2, 1).await, clinic.slot(doctor, 240, 2, 1).await);
    let (patient, _) = clinic.someone("Ada Obi").await;
    let window = Window::open(&clinic, Device::Phone, scripts).await;
    window.sign_in(&format!("p{patient}")).await;
    window.reads("h1", "You have no appointment").await;
    window.press_words("Book an appointment").await;

    window.reads("h1", "Why do you want to be seen?").await;
    window.press_words("Continue").await;
    window.reads("#error-summary", "Choose").await;
    window.press_words("I feel ill").await;
    window.press_words("Continue").await;
    window.reads("h1", "Which day suits you?").await;
    window.press_words("Monday 9 November").await;
    window.reads("h1", "What time on Monday 9 November 2026?").await;
    assert!(!scripts || fits(&window).await);
    window.press_words("10am").await;
    window.reads("h1", "Check your appointment").await;
    window.press_words("Add").await;
    window.fill("words", "I cough").await;
    window.press_words("Continue").await;
    window.reads(".summary", "I cough").await;
    window.press_words("Book appointment").await;
    window.reads("h1", "Appointment booked").await;
    let first = shown(&window).await;
    assert_eq!(clinic.appointment_state(first).await, "booked");

    window.press_words("Change the time").await;
    window.reads("h1", "Which new day suits you?").await;
    window.press_words("Monday 9 November").await;
    window.reads("h1", "What time").await;
    window.press_words("1pm").await;
    window.reads("h1", "Check the new time").await;
    window.press_words("Move appointment").await;
    window.reads(".summary", "1pm").await;
    let second = shown(&window).await;
    assert_eq!(clinic.appointment_state(first).await, "rescheduled");
    assert_eq!((clinic.taken(early).await, clinic.taken(late).await), ((0, 0), (1, 0)));

    window.press_words("Cancel the appointment").await;
    window.reads("h1", "Cancel this appointment?").await;
    window.press_words("I feel better").await;
    window.press_words("Cancel appointment").await;
    window.reads("h1", "cancelled").await;
    assert!(!scripts || fits(&window).await);
    assert_eq!(clinic.appointment_state(second).await, "cancelled");
    assert_eq!(clinic.taken(late).await, (0, 0));
    window.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_student_books_moves_and_cancels() {
    books_moves_and_cancels(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_student_books_moves_and_cancels_without_scripts() {
    books_moves_and_cancels(false).await;
}
