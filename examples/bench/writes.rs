//! Check-ins and bookings a second, through the same forms that people use.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use infirmary::db::{Db, sql};
use infirmary::queue::model::VisitId;
use infirmary::web::paths;

use crate::client::Client;
use crate::node::Node;
use crate::plan::{Consulting, Cookies};

/// Where somebody is checked in.
const CHECK_INS: &str = "/check-ins";
/// Clients that send forms at the same time.
const CLIENTS: usize = 8;

/// Sends forms until they run out or the time is over.
pub async fn measure(node: &Node, url: &str, cookies: &Cookies, time: Duration) {
    let db = Db::open_reading(url).await.unwrap();
    let free: Vec<i64> =
        sql("select id from patient where not exists (select 1 from visit where patient_id = patient.id
            and closed_at is null) and id > 27 order by id desc limit 4000")
        .scalars(&db)
        .await
        .unwrap();
    let slots: Vec<i64> =
        sql("select id from slot where state = 'open' and taken_desk = 0 and taken_public < capacity
            and starts_at > $1 order by starts_at desc, id limit 4000")
        .bind(infirmary::clock::Clock::System.now() + chrono::TimeDelta::days(1))
        .scalars(&db)
        .await
        .unwrap();
    db.close().await;
    let check_ins =
        free.iter().map(|id| vec![("patient", id.to_string()), ("point", "1".to_owned())]).collect();
    report(node, ("check-ins", CHECK_INS), cookies.of("reception"), check_ins, time).await;
    let people = free.iter().rev();
    let bookings = people.zip(&slots).map(|(patient, slot)| {
        vec![("patient", patient.to_string()), ("slot", slot.to_string()), ("reason", "1".to_owned())]
    });
    report(
        node,
        ("bookings at the desk", paths::scheduling::APPOINTMENTS),
        cookies.of("reception"),
        bookings.collect(),
        time,
    )
    .await;
}

/// One doctor's draft saved again and again, as the script of the page does it.
pub async fn drafts(node: &Node, room: &Consulting, cookies: &Cookies, time: Duration) {
    let path = paths::consultation::draft(VisitId(room.visit));
    let cookie = cookies.of("doctor");
    let mut client = Client::connect(node.port).await.unwrap();
    let page = client.get(&paths::consultation::consult(VisitId(room.visit)), cookie).await.unwrap();
    let page = scraper::Html::parse_document(&String::from_utf8_lossy(&page.body));
    let hidden = |name: &str| {
        let field = scraper::Selector::parse(&format!("#consultation input[name={name}]")).unwrap();
        page.select(&field).next().and_then(|field| field.attr("value")).unwrap_or_default().to_owned()
    };
    let (tab, mut version) = (hidden("tab"), hidden("version"));
    let (mut kept, mut refused, began) = (0, 0, Instant::now());
    while began.elapsed() < time {
        let turn = (kept + refused + 1).to_string();
        let text = format!("Cough for {turn} days. ").repeat(20);
        let fields = [
            ("tab", tab.as_str()),
            ("version", version.as_str()),
            ("turn", turn.as_str()),
            ("complaint", text.as_str()),
        ];
        let answer = client.post(&path, cookie, &fields).await.unwrap();
        let told: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if told["saved"] == true {
            kept += 1;
            version = told["version"].to_string();
        } else {
            refused += 1;
        }
    }
    println!(
        "{:.0} drafts saved a second by one doctor ({refused} refused).\n",
        f64::from(kept) / began.elapsed().as_secs_f64()
    );
}

async fn report(
    node: &Node,
    (what, path): (&str, &'static str),
    cookie: &str,
    forms: Vec<Vec<(&'static str, String)>>,
    time: Duration,
) {
    let (forms, next, kept, refused) = (
        Arc::new(forms),
        Arc::new(AtomicUsize::new(0)),
        Arc::new(AtomicUsize::new(0)),
        Arc::new(AtomicUsize::new(0)),
    );
    let began = Instant::now();
    let workers: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (forms, next, kept, refused) =
                (Arc::clone(&forms), Arc::clone(&next), Arc::clone(&kept), Arc::clone(&refused));
            let (port, cookie) = (node.port, cookie.to_owned());
            tokio::spawn(async move {
                let mut client = Client::connect(port).await.unwrap();
                while began.elapsed() < time {
                    let Some(form) = forms.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
                    let op = format!("{:032x}", rand::random::<u128>());
                    let mut fields: Vec<(&str, &str)> =
                        form.iter().map(|(name, value)| (*name, value.as_str())).collect();
                    fields.push(("op", &op));
                    match client.post(path, &cookie, &fields).await {
                        Ok(answer) if answer.status == 303 => kept.fetch_add(1, Ordering::Relaxed),
                        _ => refused.fetch_add(1, Ordering::Relaxed),
                    };
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap();
    }
    let rate = kept.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64();
    println!(
        "{rate:.0} {what} a second over {CLIENTS} connections ({} refused).\n",
        refused.load(Ordering::Relaxed)
    );
}
