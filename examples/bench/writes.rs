//! Check-ins and bookings a second, through the same forms that people use.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use infirmary::db::{Db, sql};
use infirmary::queue::model::VisitId;
use infirmary::web::paths;

use crate::client::Client;
use crate::node::Node;
use crate::plan::{Cookies, Found};

/// Where somebody is checked in.
const CHECK_INS: &str = "/check-ins";
/// Clients that send forms at the same time.
pub const CLIENTS: usize = 8;

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
    let form = |path: &str, fields: &[(&str, String)]| Sent {
        path: path.to_owned(),
        fields: fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
    };
    let here = |id: &i64| form(CHECK_INS, &[("patient", id.to_string()), ("point", "1".to_owned())]);
    let desk = cookies.of("reception");
    report(node, ("check-ins", CLIENTS), desk, free.iter().map(here).collect(), time).await;
    let bookings = free.iter().rev().zip(&slots).map(|(patient, slot)| {
        let fields =
            [("patient", patient.to_string()), ("slot", slot.to_string()), ("reason", "1".to_owned())];
        form(paths::scheduling::APPOINTMENTS, &fields)
    });
    report(node, ("bookings at the desk", CLIENTS), desk, bookings.collect(), time).await;
}

/// One doctor's draft saved again and again, as the script of the page does it.
pub async fn drafts(node: &Node, found: &Found, cookies: &Cookies, time: Duration) {
    let path = paths::consultation::draft(VisitId(found.visit));
    let cookie = cookies.of("doctor");
    let mut client = Client::connect(node.port).await.unwrap();
    let page = client.get(&paths::consultation::consult(VisitId(found.visit)), cookie).await.unwrap();
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

/// A form that is sent once.
pub struct Sent {
    pub path: String,
    pub fields: Vec<(String, String)>,
}

/// Sends forms over so many connections until they run out or the time is over.
pub async fn report(
    node: &Node,
    (what, clients): (&str, usize),
    cookie: &str,
    forms: Vec<Sent>,
    time: Duration,
) {
    let (forms, next) = (Arc::new(forms), Arc::new(AtomicUsize::new(0)));
    let began = Instant::now();
    let workers: Vec<_> = (0..clients)
        .map(|_| {
            let (forms, next) = (Arc::clone(&forms), Arc::clone(&next));
            let (port, cookie) = (node.port, cookie.to_owned());
            tokio::spawn(async move {
                let mut client = Client::connect(port).await.unwrap();
                let (mut kept, mut refused) = (Vec::new(), 0);
                while began.elapsed() < time {
                    let Some(form) = forms.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                    let op = format!("{:032x}", rand::random::<u128>());
                    let mut fields: Vec<(&str, &str)> =
                        form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                    fields.push(("op", &op));
                    let sent = Instant::now();
                    match client.post(&form.path, &cookie, &fields).await {
                        Ok(answer) if answer.status == 303 => kept.push(sent.elapsed()),
                        _ => refused += 1,
                    }
                }
                (kept, refused)
            })
        })
        .collect();
    let (mut times, mut refused) = (Vec::new(), 0);
    for worker in workers {
        let (kept, no) = worker.await.unwrap();
        times.extend(kept);
        refused += no;
    }
    let rate = times.len() as f64 / began.elapsed().as_secs_f64();
    times.sort();
    let at = |part: f64| {
        times.get((times.len() as f64 * part) as usize).copied().unwrap_or_default().as_secs_f64() * 1e3
    };
    println!(
        "{rate:.0} {what} a second over {clients} connections ({refused} refused); p50 {:.1} ms, p99 {:.1} ms.\n",
        at(0.5),
        at(0.99)
    );
}
