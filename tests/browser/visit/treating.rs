//! The nurse, the doctor and the laboratory.

use std::time::Instant;

use fantoccini::key::Key;
use infirmary::web::paths::queue as at;

use super::Story;
use super::hands::{Hands, Phone};
use crate::support::chromium::{Device, Window};

/// The nurse calls, measures and passes on; nothing but keys.
pub async fn triage(story: &Story, phone: &mut Phone) {
    let nurse = story.seat("nurse", Device::Desk, true).await;
    nurse.reads(".who", "nurse").await;
    let mut hands = Hands::at(&nurse);
    hands.call(story.triage, "Room 1", phone).await;
    hands.tab_until("here.textContent.trim() === 'Vital signs'").await;
    hands.key(Key::Enter).await;
    nurse.reads("#vitals", "Temperature").await;
    hands.tab_to("temperature").await;
    for (value, next) in [
        ("38.4", "pulse"),
        ("96", "respiration"),
        ("18", "oxygen_saturation"),
        ("98", "systolic"),
        ("118", "diastolic"),
        ("76", "weight"),
    ] {
        hands.text(value).await;
        hands.key(Key::Tab).await;
        hands.is_at(next).await;
    }
    hands.with(Key::Control, char::from(Key::Enter)).await;
    nurse.reads("#board", "Triage").await;
    let pressed = Instant::now();
    hands.with(Key::Alt, 'e').await;
    phone.says(pressed, "For Consulting").await;
    nurse.reads("#undo", "Consulting").await;
    nurse.close().await;
}

/// The doctor begins, orders a test and sends the student to the laboratory.
pub async fn first_sitting(story: &Story, doctor: &Window, phone: &mut Phone) {
    let mut hands = Hands::at(doctor);
    hands.call(story.consulting, "Room 2", phone).await;
    hands.with(Key::Alt, 'c').await;
    hands.is_at("complaint").await;
    doctor.reads("#last-vitals", "38.4").await;
    for text in ["Fever and headache for 3 days", "No travel, no vomiting", "Warm, neck supple"] {
        hands.text(text).await;
        hands.key(Key::Tab).await;
    }
    hands.with(Key::Alt, 't').await;
    hands.is_at("q").await;
    hands.text("malaria micro").await;
    hands.key(Key::Enter).await;
    hands.with(Key::Control, char::from(Key::Enter)).await;
    doctor.reads("#ordered", "Malaria parasite").await;
    hands.with(Key::Alt, 'c').await;
    doctor.reads("#orders", "Malaria parasite").await;
    hands.tab_until("here.textContent.startsWith('Send on')").await;
    hands.key(Key::Enter).await;
    hands.tab_to("to").await;
    hands.text("Lab").await;
    hands.key(Key::Tab).await;
    let pressed = Instant::now();
    hands.key(Key::Enter).await;
    phone.says(pressed, "For Laboratory").await;
}

/// Two people in the laboratory, without scripts: taken, received, entered, verified, sent back to the doctor.
pub async fn laboratory(story: &Story, phone: &mut Phone) {
    let (bench, second) =
        (story.seat("bench", Device::Desk, false).await, story.seat("second", Device::Desk, false).await);
    bench.goto(&at::board(story.laboratory)).await;
    let pressed = Instant::now();
    bench.press("#call-next-button").await;
    phone.says(pressed, "Go to Sample room").await;
    bench.press_words("Start").await;
    bench.reads(".now", "With you since").await;
    bench.goto(&format!("/visits/{}/samples", story.clinic.count("select max(id) from visit").await)).await;
    bench.press("#collect button[type=submit]").await;
    crate::support::eventually(async || story.clinic.count("select count(*) from lab_sample").await == 1)
        .await;
    let sample = story.clinic.count("select max(id) from lab_sample").await;
    bench.goto(&format!("/lab/samples/{sample}")).await;
    bench.press("#receive button").await;
    bench.reads("#main", "In the laboratory").await;
    bench.goto(&format!("/lab/samples/{sample}/results")).await;
    bench.press("#results select option:nth-child(3)").await;
    bench.press("#results button[type=submit]").await;
    bench.reads("#main", "Waits for verification").await;
    second.goto(&format!("/lab/samples/{sample}")).await;
    second.press("#verify button").await;
    second.reads("#main", "Released").await;
    bench.goto(&at::board(story.laboratory)).await;
    let pressed = Instant::now();
    bench.press_words("Done, back to okoro").await;
    phone.says(pressed, "For Consulting").await;
    bench.reads("#undo", "Consulting").await;
    bench.close().await;
    second.close().await;
}

/// The doctor reads the result, concludes, prescribes, signs and finishes, on one page.
pub async fn second_sitting(story: &Story, doctor: &Window, phone: &mut Phone) -> usize {
    let mut hands = Hands::at(doctor);
    doctor.goto("/results").await;
    hands.tab_until("here.tagName === 'A' && here.textContent.includes('Malaria parasite')").await;
    hands.key(Key::Enter).await;
    doctor.reads("#acknowledge", "review").await;
    hands.tab_until("here.name === 'tell'").await;
    hands.text(" ").await;
    hands.with(Key::Alt, 'e').await;
    doctor.reads("#main", "Results").await;
    hands.call(story.consulting, "Room 2", phone).await;
    hands.with(Key::Alt, 'c').await;
    // What was written before is there; writing goes on where nothing is written yet.
    hands.is_at("assessment").await;
    let page = doctor.path().await;
    hands.presses = 0;
    hands.text("Malaria, film positive").await;
    hands.with(Key::Alt, 'i').await;
    hands.is_at("dx_term").await;
    hands.pick("falciparum unc", "#dx_term-list", "Uncomplicated falciparum").await;
    doctor.reads("#diagnosis .lines", "Uncomplicated falciparum malaria").await;
    hands.with(Key::Alt, 'm').await;
    hands.is_at("rx_medicine").await;
    hands.pick("artemether 80", "#rx_medicine-list", "artemether").await;
    doctor.reads("#rx .rx-lines", "6 tablets").await;
    hands.is_at("rx_medicine").await;
    hands.pick("paracetamol 500 tab", "#rx_medicine-list", "paracetamol").await;
    for (id, value) in [("rx_times", "3 t"), ("rx_days", "3")] {
        hands.tab_to(id).await;
        hands.text(value).await;
    }
    hands.key(Key::Enter).await;
    doctor.reads("#rx .rx-lines", "18 tablets").await;
    hands.tab_to("advice").await;
    hands.text("Drink a lot and rest. Come back if the fever lasts").await;
    hands.with(Key::Alt, 'g').await;
    doctor.reads("#main", "Signed").await;
    assert_eq!(doctor.path().await, page, "note, diagnosis, medicines and signature are one page");
    // Finishing says what it needs and leads there.
    hands.with(Key::Alt, 'e').await;
    hands.is_at("error-summary").await;
    hands.key(Key::Tab).await;
    hands.key(Key::Enter).await;
    hands.is_at("outcome").await;
    hands.text(" ").await;
    let pressed = Instant::now();
    hands.with(Key::Alt, 'e').await;
    // The medicines lead to the pharmacy, and what the visit costs so far stands there.
    phone.says(pressed, "For Pharmacy").await;
    phone.window.reads("#owed", "To pay so far").await;
    doctor.reads("#board", "Consulting").await;
    hands.presses
}
