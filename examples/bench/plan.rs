//! What is measured: the hot pages in one table, who opens them, and the storm of sign-ins.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use infirmary::billing::model::InvoiceId;
use infirmary::db::{Db, sql};
use infirmary::demo::{PASSWORD, STUDENT};
use infirmary::patients::model::PatientId;
use infirmary::prescribing::model::PrescriptionId;
use infirmary::queue::model::{PointId, VisitId};
use infirmary::stock::model::ItemId;
use infirmary::web::paths;

use crate::CONNECTIONS;
use crate::client::Client;
use crate::load::{Load, Measured};
use crate::node::Node;

/// A hot page.
pub struct Hot {
    pub name: &'static str,
    pub who: &'static str,
    pub path: String,
}

/// The consulting rooms of the demo.
pub const CONSULTING: PointId = PointId(3);
/// Who the screen of the waiting room is, among those with cookies.
const SCREEN: &str = "screen";
/// The page that must stay quick while people sign in.
pub const STORM_PAGE: &str = "staff board";

/// Who and what the pages are about.
#[derive(serde::Deserialize)]
pub struct Found {
    /// A visit in which the demo's doctor serves somebody now.
    pub visit: i64,
    /// Who has come most often to that doctor.
    often: i64,
    /// A prescription of today that waits at the counter.
    prescription: i64,
    /// The item with most rows in the ledger.
    busy: i64,
    /// The invoice with most lines, paid.
    invoice: i64,
}

/// Looks for them in the demo's database.
pub async fn look(url: &str) -> Found {
    let db = Db::open_reading(url).await.unwrap();
    let found = sql("select (select e.visit_id from queue_entry e join account a on a.id = e.served_by
                where e.state = 'in_service' and e.point_id = $1 and a.sign_in_name = 'doctor' limit 1) as visit,
            (select patient_id from visit where series = 'B' group by patient_id order by count(*) desc limit 1) as often,
            (select prescription_id from prescription_line where state = 'open' order by signed_at desc, id limit 1) as prescription,
            (select item_id from stock_movement group by item_id order by count(*) desc limit 1) as busy,
            (select invoice_id from invoice_line where invoice_id in (select invoice_id from payment)
                group by invoice_id order by count(*) desc, invoice_id desc limit 1) as invoice")
        .bind(CONSULTING)
        .one(&db)
        .await
        .unwrap();
    db.close().await;
    found
}

/// The hot pages; an address that changes changes here.
pub fn pages(found: &Found) -> Vec<Hot> {
    let (visit, often) = (VisitId(found.visit), PatientId(found.often));
    let board = paths::queue::board(CONSULTING);
    let hot = |name, who, path: &str| Hot { name, who, path: path.to_owned() };
    vec![
        hot("health (no session, no page)", "", "/healthz"),
        hot("sign-in page", "", paths::access::SIGN_IN),
        hot("student home", STUDENT, paths::HOME),
        hot("free slots", STUDENT, &format!("{}/day?reason=1", paths::scheduling::BOOK)),
        hot("my place", STUDENT, paths::queue::MY_PLACE),
        hot("staff home", "doctor", paths::HOME),
        hot(STORM_PAGE, "doctor", &board),
        hot("staff board, fragment", "doctor", &format!("{board}/board")),
        hot("arrivals", "reception", paths::queue::ARRIVALS),
        hot("display", SCREEN, paths::queue::SCREEN),
        hot("patient search by name", "reception", &format!("{}?q=ade", paths::patients::INDEX)),
        hot("patient search by number", "reception", &format!("{}?q=19%2F52HA001", paths::patients::INDEX)),
        hot("record", "doctor", &paths::patients::show(PatientId(1))),
        hot("record of 300 visits", "doctor", &paths::patients::show(often)),
        hot("its timeline", "doctor", &paths::record::timeline(often)),
        hot("consultation page", "doctor", &paths::consultation::consult(visit)),
        hot("diagnosis search", "doctor", &format!("{}?q=mal", paths::diagnoses::OPTIONS)),
        hot("medicine search", "doctor", &format!("{}?q=amox", paths::prescribing::OPTIONS)),
        hot("lab worklist", "lab", paths::laboratory::WORKLIST),
        hot("pharmacy worklist", "pharmacy", paths::pharmacy::WORKLIST),
        hot("giving out", "pharmacy", &paths::pharmacy::dispense(PrescriptionId(found.prescription))),
        hot("stock list", "pharmacy", paths::stock::STOCK),
        hot("ledger of a busy medicine", "pharmacy", &paths::stock::item(ItemId(found.busy))),
        hot("cashier's worklist", "cashier", paths::billing::WORKLIST),
        hot("invoice", "cashier", &paths::billing::invoice(InvoiceId(found.invoice))),
        hot("the day's till", "cashier", paths::billing::TILL),
        hot("audit trail", "admin", paths::audit::INDEX),
    ]
}

/// Everybody's cookies.
pub struct Cookies(Vec<(&'static str, String)>);

impl Cookies {
    /// The cookies of one person; empty for nobody.
    pub fn of(&self, who: &str) -> &str {
        self.0.iter().find(|(name, _)| *name == who).map_or("", |(_, cookie)| cookie.as_str())
    }
}

/// Signs in everybody who opens a page.
pub async fn sign_in_everybody(node: &Node) -> Cookies {
    let mut cookies = Vec::new();
    for who in ["admin", "reception", "nurse", "doctor", "lab", "pharmacy", "cashier", STUDENT] {
        let mut client = Client::connect(node.port).await.unwrap();
        let answer =
            client.post(paths::access::SIGN_IN, "", &[("name", who), ("password", PASSWORD)]).await.unwrap();
        assert_eq!(answer.status, 303, "{who} signs in");
        cookies.push((who, answer.cookies()));
    }
    let mut cookies = Cookies(cookies);
    let screen = pair_screen(node, cookies.of("admin")).await;
    cookies.0.push((SCREEN, screen));
    cookies
}

/// A screen that shows every point: an administrator enters the code that it shows.
async fn pair_screen(node: &Node, admin: &str) -> String {
    let mut client = Client::connect(node.port).await.unwrap();
    let shown = client.get(paths::queue::SCREEN, "").await.unwrap();
    let page = String::from_utf8_lossy(&shown.body).into_owned();
    let code = page.split_once("class=\"pairing\">").and_then(|(_, rest)| rest.split('<').next()).unwrap();
    let op = format!("{:024x}", rand::random::<u128>() >> 32);
    let fields = [("op", op.as_str()), ("code", code), ("name", "Bench")];
    let answer = client.post(paths::queue::DISPLAYS, admin, &fields).await.unwrap();
    assert_eq!(answer.status, 303, "the screen is paired");
    shown.cookies()
}

/// How the board fares while one client, then fifty, sign in without pause.
pub async fn storm(node: &Node, cookies: &Cookies, calm: &Measured, time: Duration) {
    for clients in [1, 50] {
        let end = Arc::new(AtomicBool::new(false));
        let done = Arc::new(AtomicUsize::new(0));
        let workers: Vec<_> = (0..clients)
            .map(|_| tokio::spawn(sign_in_on_and_on(node.port, Arc::clone(&end), Arc::clone(&done))))
            .collect();
        let path = paths::queue::board(CONSULTING);
        let measured = Load::new(node, &path, cookies.of("doctor")).run(CONNECTIONS, time).await;
        end.store(true, Ordering::Relaxed);
        for worker in workers {
            worker.abort();
        }
        println!(
            "While {clients} sign in without pause ({} got in): the {STORM_PAGE} keeps {:.0} % of its rate, p99 {:.1} ms.",
            done.load(Ordering::Relaxed),
            100.0 * measured.rate / calm.rate.max(1.0),
            measured.p99.as_secs_f64() * 1e3
        );
    }
}

async fn sign_in_on_and_on(port: u16, end: Arc<AtomicBool>, done: Arc<AtomicUsize>) {
    while !end.load(Ordering::Relaxed) {
        let Ok(mut client) = Client::connect(port).await else { continue };
        let fields = [("name", "cashier"), ("password", PASSWORD)];
        match client.post(paths::access::SIGN_IN, "", &fields).await {
            Ok(answer) if answer.status == 303 => {
                done.fetch_add(1, Ordering::Relaxed);
            }
            // Told to wait: a storm does not listen, but it need not spin either.
            _ => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}
