//! What clients tried and what they were told, written down before and after each request, and held against the
//! database afterwards.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use infirmary::db::{Db, sql};

use super::load::REPEATS;
use crate::support::Browser;

/// The clients' own file; they outlive the node.
pub struct History {
    file: Mutex<File>,
    path: PathBuf,
}

impl History {
    /// A new one in a folder.
    pub fn new(folder: &Path) -> Self {
        let path = folder.join("history");
        History { file: Mutex::new(File::create(&path).unwrap()), path }
    }

    fn write(&self, line: &str) {
        writeln!(self.file.lock().unwrap(), "{line}").unwrap();
    }

    /// Sends a form and writes down what came of it: where it led, or none when the node is gone.
    pub async fn post(
        &self,
        browser: &Browser,
        what: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Option<Told> {
        let op = format!("{:024x}", rand::random::<u128>() >> 32);
        self.write(&format!("try {what} {op}"));
        let body = serde_urlencoded::to_string([fields, &[("op", op.as_str())]].concat()).unwrap();
        let request = browser
            .request(reqwest::Method::POST, path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .timeout(Duration::from_secs(15))
            .body(body);
        let answer = request.send().await.ok()?;
        let header =
            |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (status, to, id) =
            (answer.status().as_u16(), header("location").to_owned(), header("x-request-id").to_owned());
        if status == 303 && !to.starts_with("/sign-in") {
            self.write(&format!("ok {what} {op} {id}"));
        } else {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Some(Told { status, to })
    }

    /// How often something was acknowledged so far.
    pub fn acknowledged(&self, what: &str) -> usize {
        let text = std::fs::read_to_string(&self.path).unwrap();
        text.lines().filter(|line| line.split(' ').take(2).eq(["ok", what])).count()
    }

    /// Every acknowledged effect is there. Returns how many of each kind were acknowledged.
    pub async fn hold_against(&self, url: &str, seed: u64) -> BTreeMap<String, usize> {
        let text = std::fs::read_to_string(&self.path).unwrap();
        let db = Db::open_reading(url).await.unwrap();
        let mut acknowledged = BTreeMap::new();
        for line in text.lines().filter(|line| line.starts_with("ok ")) {
            let parts: Vec<&str> = line.split(' ').collect();
            *acknowledged.entry(parts[1].to_owned()).or_insert(0) += 1;
            let kept: i64 = sql("select count(*) from operation where op = $1 and location is not null")
                .bind(parts[2])
                .scalar(&db)
                .await
                .unwrap();
            let told: i64 = sql("select count(*) from audit_entry where request_id = $1")
                .bind(parts[3])
                .scalar(&db)
                .await
                .unwrap();
            // A call that finds nobody leaves only its answer.
            assert!(
                kept == 1 && (told >= 1 || parts[1] == "call"),
                "seed {seed}: lost: {line}: {kept} kept, {told} in the trail; {REPEATS}"
            );
        }
        // What was not acknowledged may have happened, but not by halves: an operation without where it led.
        let half: i64 =
            sql("select count(*) from operation where location is null").scalar(&db).await.unwrap();
        assert_eq!(half, 0, "seed {seed}: half done operations; {REPEATS}");
        db.close().await;
        acknowledged
    }
}

/// An answer.
pub struct Told {
    /// Its status.
    pub status: u16,
    /// Where it led.
    pub to: String,
}

impl Told {
    /// The number in an address such as `/patients/7?x=1`.
    pub fn id(&self) -> Option<String> {
        let part = self
            .to
            .split(['/', '?'])
            .find(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
        part.map(str::to_owned)
    }
}

/// Pairs that must have grown by the same number: effects and their entries in the trail.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
pub struct Counts {
    pub sign_ins: i64,
    pub opened: i64,
    pub patients: i64,
    pub registered: i64,
    pub visits: i64,
    pub checked_in: i64,
    pub announcements: i64,
    pub called: i64,
    pub notes: i64,
    pub signed: i64,
    /// Notes that were to be signed and are drafts.
    pub halves: i64,
    pub given: i64,
    pub given_told: i64,
    pub units_given: i64,
    pub units_out: i64,
    pub charged: i64,
    pub payments: i64,
    pub payments_told: i64,
    pub receipts: i64,
    pub kobo_in: i64,
    pub kobo_on_invoices: i64,
}

/// Counts them.
pub async fn counts(url: &str) -> Counts {
    let db = Db::open_reading(url).await.unwrap();
    let counts = sql("select (select count(*) from sign_in) as sign_ins, (select count(*) from patient) as patients,
            (select count(*) from visit) as visits, (select count(*) from announcement) as announcements,
            (select count(*) from audit_entry where action = 'sign_in.opened') as opened,
            (select count(*) from audit_entry where action = 'patient.registered') as registered,
            (select count(*) from audit_entry where action = 'visit.checked_in') as checked_in,
            (select count(*) from audit_entry where action in ('queue.called', 'queue.called_again')) as called,
            (select count(*) from note where state = 'signed') as notes,
            (select count(*) from audit_entry where action = 'note.signed') as signed,
            (select count(*) from note where state = 'draft' and plan = 'Signed at once') as halves,
            (select count(*) from dispensing_line) as given,
            (select count(*) from audit_entry where action = 'dispensing.given') as given_told,
            (select cast(sum(quantity) as bigint) from dispensing_line) as units_given,
            (select cast(-sum(quantity) as bigint) from stock_movement where ref_kind = 'dispensing_line') as units_out,
            (select count(*) from charge where kind = 'medicine') as charged,
            (select count(*) from payment) as payments, (select count(*) from receipt) as receipts,
            (select count(*) from audit_entry where action = 'payment.taken') as payments_told,
            (select cast(sum(amount) as bigint) from payment where invoice_id is not null and reversed_at is null) as kobo_in,
            (select cast(sum(paid) as bigint) from invoice) as kobo_on_invoices")
    .one(&db)
    .await
    .unwrap();
    db.close().await;
    counts
}

impl Counts {
    /// Says that since `before` every effect has its entry and every entry its effect.
    pub fn match_since(&self, before: &Counts, seed: u64) {
        let pairs = [
            ("sign-ins", self.sign_ins - before.sign_ins, self.opened - before.opened),
            ("patients", self.patients - before.patients, self.registered - before.registered),
            ("visits", self.visits - before.visits, self.checked_in - before.checked_in),
            ("signatures", self.notes - before.notes, self.signed - before.signed),
            ("half signatures", self.halves, 0),
            ("hand-outs", self.given - before.given, self.given_told - before.given_told),
            ("units", self.units_given - before.units_given, self.units_out - before.units_out),
            ("charges", self.given - before.given, self.charged - before.charged),
            ("payments", self.payments - before.payments, self.payments_told - before.payments_told),
            ("receipts", self.receipts - before.receipts, self.payments - before.payments),
            ("kobo", self.kobo_in - before.kobo_in, self.kobo_on_invoices - before.kobo_on_invoices),
            ("calls", self.announcements - before.announcements, self.called - before.called),
        ];
        for (what, rows, entries) in pairs {
            assert_eq!(
                rows, entries,
                "seed {seed}: {what}: an effect without its entry in the trail, or an entry without its effect; {REPEATS}"
            );
        }
    }
}
