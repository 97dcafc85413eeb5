//! People at work on a node that may be gone at any moment: each does the own task again and again until then.

use std::sync::Arc;
use std::time::Duration;

use infirmary::db::{Db, sql};
use rand::Rng;
use rand::rngs::StdRng;

use super::history::{History, Told};
use super::sign_in;
use crate::support::{Browser, thrown};

/// A crowd at one node; joined, it gives the browsers that were let in.
pub struct Crowd(Vec<tokio::task::JoinHandle<Option<Browser>>>);

/// What a seed of a crowd is good for, to be said with it.
pub const REPEATS: &str =
    "the seed repeats what each of the crowd tries, not how far they are when the node goes";

/// One of a crowd.
struct Worker {
    browser: Browser,
    history: Arc<History>,
    dice: StdRng,
}

impl Worker {
    /// Sends a form of the own browser.
    async fn post(&self, what: &str, path: &str, fields: &[(&str, &str)]) -> Option<Told> {
        self.history.post(&self.browser, what, path, fields).await
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.dice.random_range(0..of.len())]
    }
}

impl Crowd {
    /// Sets everybody to work, each with dice thrown from these.
    pub fn at(
        port: u16,
        history: &Arc<History>,
        slots: &Arc<Vec<i64>>,
        there: &There,
        dice: &mut StdRng,
    ) -> Self {
        let mut own = || Worker {
            browser: Browser::new(([127, 0, 0, 1], port).into()),
            history: Arc::clone(history),
            dice: thrown(dice),
        };
        let slots = Arc::clone(slots);
        Crowd(vec![
            tokio::spawn(signs_in(port, "doctor")),
            tokio::spawn(calls(own())),
            tokio::spawn(signs(own(), there.visit)),
            tokio::spawn(gives(own(), there.lines.clone())),
            tokio::spawn(pays(own(), there.invoices.clone())),
            tokio::spawn(registers(own(), Arc::clone(&slots))),
            tokio::spawn(books(own(), slots)),
        ])
    }

    /// Waits until all have noticed that the node is gone, or stops them.
    pub async fn ends(self, stop: bool) -> Vec<Browser> {
        let mut let_in = Vec::new();
        for task in self.0 {
            if stop {
                task.abort();
            }
            if let Ok(browser) = task.await {
                let_in.extend(browser);
            }
        }
        let_in
    }
}

/// What the crowd works on, besides slots.
pub struct There {
    /// An open visit in which nobody is writing.
    pub visit: i64,
    /// Prescribed lines of which single units can be given, with their prescriptions.
    pub lines: Vec<(i64, i64)>,
    /// Issued invoices on which more than a little is owed.
    pub invoices: Vec<i64>,
}

/// What of the demo a doctor, a pharmacist and a cashier find.
pub async fn there(url: &str) -> There {
    let db = Db::open_reading(url).await.unwrap();
    let visit = sql("select min(v.id) from visit v where v.closed_at is null
            and not exists (select 1 from note n where n.visit_id = v.id and n.state = 'draft')")
    .scalar(&db)
    .await
    .unwrap();
    let lines = sql("select l.prescription_id, l.id from prescription_line l join medicine m on m.id = l.medicine_id
            join stock_item i on i.medicine_id = m.id
         where l.state = 'open' and l.step = 1 and not l.controlled and exists (select 1 from stock_level v
            join stock_batch b on b.id = v.batch_id where v.item_id = i.id and v.store_id = 1 and v.on_hand > 20
                and b.held_at is null and b.recalled_at is null) order by l.id")
    .all(&db)
    .await
    .unwrap();
    let invoices = sql("select id from invoice where state = 'issued'
            and patient_part - credited_patient - paid + refunded > 20000 order by id")
    .scalars(&db)
    .await
    .unwrap();
    db.close().await;
    There { visit, lines, invoices }
}

/// Takes one naira after the other in cash.
async fn pays(mut own: Worker, invoices: Vec<i64>) -> Option<Browser> {
    sign_in(&own.browser, "cashier").await?;
    loop {
        let path = format!("/invoices/{}/payments", own.one(&invoices));
        if own.post("pay", &path, &[("cash", "1"), ("over", "change")]).await.is_none() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(15)).await;
    }
    Some(own.browser)
}

/// Gives out one unit of a prescription after the other.
async fn gives(mut own: Worker, lines: Vec<(i64, i64)>) -> Option<Browser> {
    sign_in(&own.browser, "pharmacy").await?;
    loop {
        let (prescription, line) = own.one(&lines);
        let path = format!("/prescriptions/{prescription}/dispensing");
        let page = own
            .browser
            .request(reqwest::Method::GET, &path)
            .header("cookie", own.browser.cookies())
            .send()
            .await
            .ok()?;
        let page = page.text().await.ok()?;
        let field = format!("version_{line}");
        let found = page.split_once(&format!("name=\"{field}\" value=\""));
        let Some((version, _)) = found.and_then(|(_, rest)| rest.split_once('"')) else {
            // Nothing is left of this line, or the node says that it is busy.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let give = format!("give_{line}");
        let one = [("store", "1"), (give.as_str(), "1"), (field.as_str(), version)];
        if own.post("give", &path, &one).await.is_none() {
            break;
        }
    }
    Some(own.browser)
}

/// Slots of the days to come, for people to book.
pub async fn slots(url: &str) -> Arc<Vec<i64>> {
    let db = Db::open_reading(url).await.unwrap();
    let soon = infirmary::clock::Clock::System.now() + chrono::TimeDelta::hours(20);
    let slots =
        sql("select id from slot where state = 'open' and starts_at > $1 order by starts_at limit 400")
            .bind(soon)
            .scalars(&db)
            .await
            .unwrap();
    db.close().await;
    Arc::new(slots)
}

/// Signs in again and again; the last browser that was let in.
async fn signs_in(port: u16, name: &'static str) -> Option<Browser> {
    let mut last = None;
    loop {
        let browser = Browser::new(([127, 0, 0, 1], port).into());
        if sign_in(&browser, name).await.is_some() {
            last = Some(browser);
        } else if browser.request(reqwest::Method::GET, "/healthz").send().await.is_err() {
            return last;
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// Registers people, checks them in as walk-ins, books a time for each.
async fn registers(mut own: Worker, slots: Arc<Vec<i64>>) -> Option<Browser> {
    sign_in(&own.browser, "reception").await?;
    loop {
        let family = format!("Crash{:08x}", rand::random::<u32>());
        let person = [
            ("kind", "public"),
            ("family_name", family.as_str()),
            ("given_names", "Probe"),
            ("sex", "female"),
            ("phone", ""),
            ("somebody_else", "yes"),
        ];
        let Some(told) = own.post("register", "/patients", &person).await else { break };
        let Some(id) = told.id().filter(|_| told.status == 303) else { continue };
        let come = [("patient", id.as_str())];
        if own.post("check-in", "/check-ins", &come).await.is_none() {
            break;
        }
        let slot = own.one(&slots).to_string();
        let booking = [
            ("patient", id.as_str()),
            ("slot", slot.as_str()),
            ("reason", "5"),
            ("words", ""),
            ("override_reason", ""),
        ];
        if own.post("book", "/appointments", &booking).await.is_none() {
            break;
        }
    }
    Some(own.browser)
}

/// Why the student cancels.
const WELL: [(&str, &str); 1] = [("reason", "I feel better")];

/// The bookings that the student has open; none when the node is gone.
async fn booked(browser: &Browser) -> Option<Vec<String>> {
    let page =
        browser.request(reqwest::Method::GET, "/my/appointments").send().await.ok()?.text().await.ok()?;
    let page = scraper::Html::parse_document(&page);
    let links = scraper::Selector::parse("main a[href^='/my/appointments/']").unwrap();
    let ids = page.select(&links).filter_map(|link| link.attr("href")?.rsplit('/').next()?.parse().ok());
    let ids: std::collections::BTreeSet<i64> = ids.collect();
    Some(ids.iter().map(i64::to_string).collect())
}

/// Books on the phone and cancels, so that there is always a place for the next booking.
async fn books(mut own: Worker, slots: Arc<Vec<i64>>) -> Option<Browser> {
    sign_in(&own.browser, infirmary::demo::STUDENT).await?;
    // What an earlier kill left booked counts against the limit of open bookings, and at three nothing more is held.
    for id in booked(&own.browser).await? {
        own.post("cancel", &format!("/my/appointments/{id}/cancel"), &WELL).await?;
    }
    loop {
        let slot = own.one(&slots).to_string();
        let wish = [("slot", slot.as_str()), ("reason", "5"), ("words", "")];
        let Some(held) = own.post("hold", "/book/hold", &wish).await else { break };
        let Some(id) = held.id().filter(|_| held.status == 303) else { continue };
        let Some(booked) = own.post("confirm", &format!("/book/{id}/confirm"), &[]).await else { break };
        if booked.status == 303 {
            let away = format!("/my/appointments/{id}/cancel");
            if own.post("cancel", &away, &WELL).await.is_none() {
                break;
            }
        }
    }
    Some(own.browser)
}

/// Writes a note and signs it in one go.
async fn signs(own: Worker, visit: i64) -> Option<Browser> {
    // Not the one who signs in again and again: of many sign-ins of one account the oldest end.
    sign_in(&own.browser, "dr.bello").await?;
    let to = format!("/visits/{visit}/consultation");
    let note = [("step", "sign"), ("complaint", "Cough"), ("plan", "Signed at once")];
    while own.post("sign", &to, &note).await.is_some() {
        tokio::time::sleep(Duration::from_millis(15)).await;
    }
    Some(own.browser)
}

/// Calls whoever is next at triage.
async fn calls(own: Worker) -> Option<Browser> {
    sign_in(&own.browser, "nurse").await?;
    while own.post("call", "/queues/2/calls", &[]).await.is_some() {
        tokio::time::sleep(Duration::from_millis(15)).await;
    }
    Some(own.browser)
}
