//! Open pages of the stock follow what leaves the shelves, and take nothing from whoever types in them.

use infirmary::stock::model::Kind;
use infirmary::stock::take;
use serde_json::Value;

use crate::support::chromium::{self, Device, Window};
use crate::support::{Clinic, PHARMACY, out};

/// Somebody elsewhere hands tablets out.
async fn leave(clinic: &Clinic, item: infirmary::stock::model::ItemId, units: i64) {
    let mut work = clinic.stock_work(None).await;
    take(&mut work, &clinic.want(item, units), &out(Kind::Issue, "")).await.unwrap();
    work.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_page_of_the_stock_follows_the_shelves_and_keeps_what_is_typed() {
    if !chromium::is_here() {
        return;
    }
    let clinic = Clinic::on_sqlite().await;
    let item = clinic.shelves().await.item;
    clinic.batch(item, "SOON", 90, (PHARMACY, 200)).await;
    let window = Window::open(&clinic, Device::Desk, true).await;
    window.sign_in("pharmacist").await;
    window.reads(".who", "pharmacist").await;
    window.goto("/stock/items?q=paracetamol+tablet").await;
    window.reads("#list", "200 tablets").await;
    window.reads("[data-connection=live]", "Updates by itself").await;
    window.fill("q", "ibu").await;
    let asked = "return performance.getEntriesByType('resource').filter((one) => one.name.includes('/stock/items')).length;";
    let before = window.page.execute(asked, Vec::new()).await.unwrap();
    leave(&clinic, item, 15).await;
    window.reads("#list", "185 tablets").await;
    let typed = window.page.execute("return document.getElementById('q').value;", Vec::new()).await.unwrap();
    assert_eq!(typed, Value::from("ibu"), "nobody loses what they type");
    let after = window.page.execute(asked, Vec::new()).await.unwrap();
    let more = after.as_i64().unwrap() - before.as_i64().unwrap();
    assert_eq!(more, 1, "both parts of the page come from one answer");
    window.goto(&format!("/stock/items/{item}")).await;
    window.reads("#shelf", "185 tablets").await;
    window.reads("[data-connection=live]", "Updates by itself").await;
    leave(&clinic, item, 185).await;
    window.reads("#shelf", "Out").await;
    window.reads("#rows", "−185").await;
    window.close().await;
}
