//! The three counters: the desk that checks in, the pharmacy, the cashier. The last two are worked by keyboard alone
//! and counted from their worklists on (experience, section 14).

use std::time::Instant;

use fantoccini::key::Key;
use infirmary::db::sql;
use infirmary::web::paths::{self, queue as at};

use super::Story;
use super::hands::{Hands, Phone};
use crate::support::chromium::Device;
use crate::support::eventually;

/// The receptionist scans the card of somebody who booked.
pub async fn arrival(story: &Story) {
    let desk = story.seat("reception", Device::Desk, true).await;
    desk.goto(at::ARRIVALS).await;
    let mut hands = Hands::at(&desk);
    hands.is_at("code").await;
    let card = story.clinic.card_of(story.patient).await;
    hands.text(&format!("{card}{}", char::from(Key::Enter))).await;
    desk.reads("#just", "Ada Obi").await;
    assert_eq!(hands.presses, 1, "one scan and no click");
    desk.close().await;
}

/// The pharmacist gives out both medicines and passes the token on; presses from the worklist on.
pub async fn pharmacy(story: &Story, phone: &mut Phone) -> usize {
    let pharmacist = story.seat("pharmacist", Device::Desk, true).await;
    pharmacist.reads(".who", "pharmacist").await;
    Hands::at(&pharmacist).call(story.pharmacy, "Window 1", phone).await;
    pharmacist.goto(paths::pharmacy::WORKLIST).await;
    pharmacist.reads("#worklist", "2 medicines").await;
    let mut hands = Hands::at(&pharmacist);
    hands.with(Key::Alt, 'n').await;
    pharmacist.reads("#dispense", "18").await;
    hands.with(Key::Alt, 'e').await;
    pharmacist.reads("main .rx-lines", "Batch PA1").await;
    pharmacist.reads("main h1", "Given out").await;
    let pressed = Instant::now();
    hands.with(Key::Alt, 'e').await;
    phone.says(pressed, "For Cash desk").await;
    pharmacist.reads("#board", "Pharmacy").await;
    let presses = hands.presses;
    pharmacist.close().await;
    presses
}

/// The cashier opens the bill, issues the invoice, takes cash and prints the receipt; presses from the worklist on, a sum
/// that is typed and sent counting as one.
pub async fn cashier(story: &Story, phone: &mut Phone) -> usize {
    let cashier = story.seat("cashier", Device::Desk, true).await;
    cashier.reads(".who", "cashier").await;
    cashier.on_every_page("window.print = () => { window.printed = (window.printed || 0) + 1; };").await;
    Hands::at(&cashier).call(story.cash_desk, "Till 1", phone).await;
    let owed: i64 = sql("select cast(sum(quantity * unit_price) as bigint) from charge")
        .scalar(&story.clinic.app.db)
        .await
        .unwrap();
    assert!(owed > 200_000, "consultation, test and medicines together: {owed}");
    phone.window.reads("#owed", &story.naira(owed)).await;

    cashier.goto(paths::billing::WORKLIST).await;
    cashier.reads("#here", "Ada Obi").await;
    let mut hands = Hands::at(&cashier);
    hands.with(Key::Alt, 'n').await;
    cashier.reads("#draft", "Consultation").await;
    // The focus stands on "Issue", and Ctrl+Enter presses it too: neither makes a draft.
    let focus = "return document.activeElement.value";
    assert_eq!(cashier.page.execute(focus, vec![]).await.unwrap(), "issue");
    hands.with(Key::Control, char::from(Key::Enter)).await;
    hands.is_at("cash").await;
    cashier.reads("h1", &format!("Take {}", story.naira(owed))).await;
    hands.text(&format!("10000{}", char::from(Key::Enter))).await;
    cashier.reads("#change", &format!("Give {} change", story.naira(1_000_000 - owed))).await;
    hands.key(Key::Enter).await;
    cashier.reads("article.receipt-80", "Ada Obi").await;
    // The paper goes to the printer by itself, and only once.
    eventually(async || cashier.page.execute("return window.printed === 1", vec![]).await.unwrap() == true)
        .await;
    cashier.page.refresh().await.unwrap();
    cashier.reads("article.receipt-80", "Ada Obi").await;
    assert_eq!(cashier.page.execute("return window.printed || 0", vec![]).await.unwrap(), 0);
    let presses = hands.presses;

    cashier.goto(&at::board(story.cash_desk)).await;
    cashier.reads(".now", "With you since").await;
    let pressed = Instant::now();
    hands.with(Key::Alt, 'e').await;
    phone.says(pressed, "Your visit is finished").await;
    cashier.close().await;
    presses
}
