//! Forms of money: for each route an invoice, a payment, a shift or a claim that stands where its step is taken.

use infirmary::access::model::Role;
use infirmary::billing::model::ChargeKind;
use infirmary::billing::{NewCharge, charge};
use infirmary::db::sql;
use infirmary::patients::model::PatientId;
use infirmary::queue::model::VisitId;
use infirmary::work::{Doer, Work};

use super::Form;
use crate::support::billing::id_in;
use crate::support::{Browser, Clinic};

/// Makes invoices by hand, as a second cashier.
struct Desk<'a> {
    clinic: &'a Clinic,
    second: Browser,
    patient: PatientId,
}

impl Desk<'_> {
    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> crate::support::Seen {
        post(&self.second, path, fields).await
    }

    async fn draft(&self) -> i64 {
        let id = id_in(&self.post(&format!("/patients/{}/account", self.patient), &[]).await);
        let line = [("label", "Copy of the record"), ("quantity", "1"), ("price", "9000"), ("kind", "other")];
        self.post(&format!("/invoices/{id}/lines"), &line).await.expect(303);
        id
    }

    async fn version(&self, invoice: i64) -> String {
        self.clinic.number("select version from invoice where id = $1", invoice).await.to_string()
    }

    async fn line(&self, invoice: i64) -> i64 {
        self.clinic.number("select min(id) from invoice_line where invoice_id = $1", invoice).await
    }

    async fn issued(&self) -> i64 {
        let id = self.draft().await;
        let version = self.version(id).await;
        self.post(&format!("/invoices/{id}/issue"), &[("version", &version)]).await.expect(303);
        id
    }

    /// An issued invoice with a payment by somebody: invoice, payment, receipt.
    async fn paid(&self, by: &Browser) -> (i64, i64, i64) {
        let id = self.issued().await;
        let fields = [("cash", "9000"), ("over", "change")];
        let receipt = id_in(&post(by, &format!("/invoices/{id}/payments"), &fields).await);
        (id, self.clinic.number("select max(id) from payment where invoice_id = $1", id).await, receipt)
    }

    async fn discount(&self, by: &Browser) -> i64 {
        let id = self.draft().await;
        let fields = [("discount_kind", "waiver"), ("discount_reason", "In need of help")];
        post(by, &format!("/invoices/{id}/discounts"), &fields).await.expect(303);
        self.clinic.number("select max(id) from discount where invoice_id = $1", id).await
    }

    async fn refund(&self) -> i64 {
        let (_, payment, _) = self.paid(&self.second).await;
        let fields = [("amount", "8000"), ("method", "cash"), ("reason", "Not wanted any more")];
        self.post(&format!("/payments/{payment}/refunds"), &fields).await.expect(303);
        self.clinic.number("select max(id) from refund where payment_id = $1", payment).await
    }

    /// A refund that was paid out, and a credit note.
    async fn papers(&self) -> (i64, i64) {
        let (_, payment, _) = self.paid(&self.second).await;
        let back = [("amount", "100"), ("method", "cash"), ("reason", "Paid too much")];
        self.post(&format!("/payments/{payment}/refunds"), &back).await.expect(303);
        let invoice = self.issued().await;
        let line = format!("line_{}", self.line(invoice).await);
        let fewer = [(line.as_str(), "100"), ("reason", "Too expensive")];
        self.post(&format!("/invoices/{invoice}/credits"), &fewer).await.expect(303);
        let refund = self.clinic.number("select max(id) from refund where payment_id = $1", payment).await;
        (refund, self.clinic.number("select max(id) from credit_note where invoice_id = $1", invoice).await)
    }

    async fn costs(&self, visit: VisitId, source: i64) -> i64 {
        let mut work = Work::begin(&self.clinic.app, Doer::operator()).await.unwrap();
        let new = NewCharge {
            visit,
            patient: self.patient,
            kind: ChargeKind::Procedure,
            service: 0,
            source,
            label: "Procedure",
            quantity: 1,
            unit_price: 50_000,
        };
        let id = charge(&mut work, &new).await.unwrap();
        work.commit().await.unwrap();
        id.0
    }

    /// A closed shift of somebody at a desk, ₦1 off.
    async fn odd_shift(&self, browser: &Browser, desk: &str) -> i64 {
        open(browser, desk).await;
        let id = self.clinic.count("select max(id) from shift").await;
        post(browser, &format!("/shifts/{id}/close"), &[("counted", "1"), ("left", "0")]).await.expect(303);
        id
    }
}

async fn post(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> crate::support::Seen {
    let op = super::new_op();
    let all: Vec<(&str, &str)> = fields.iter().copied().chain([("op", op.as_str())]).collect();
    browser.post(path, &all).await
}

async fn open(browser: &Browser, desk: &str) {
    post(browser, "/shifts", &[("desk", desk), ("float", "0"), ("reason", "")]).await.expect(303);
}

/// One form for each route of money.
pub async fn forms(clinic: &Clinic, boss: &Browser, real: &mut Vec<(&'static str, String)>) -> Vec<Form> {
    let mut desks = Vec::new();
    for name in ["Till one", "Till two", "Till three", "Till four"] {
        desks.push(clinic.point(name, "cashier").await.to_string());
    }
    let second = clinic.signed_in("till.two", &[Role::Cashier]).await;
    let third = clinic.signed_in("till.three", &[Role::Cashier]).await;
    let fourth = clinic.signed_in("till.four", &[Role::Cashier]).await;
    open(boss, &desks[0]).await;
    open(&second, &desks[1]).await;
    let own: PatientId = sql("select patient_id from account where name = 'Reads Along'")
        .scalar(&clinic.app.db)
        .await
        .unwrap();
    let desk = Desk { clinic, second, patient: own };
    let visit: VisitId = sql("select max(id) from visit where patient_id = $1")
        .bind(own)
        .scalar(&clinic.app.db)
        .await
        .unwrap();
    let billed = desk.costs(visit, 900_001).await.to_string();
    let deferred = desk.costs(visit, 900_002).await;
    let begun = id_in(
        &desk
            .post(
                &format!("/visits/{visit}/bill"),
                &[("charge", &desk.costs(visit, 900_003).await.to_string()), ("step", "draft")],
            )
            .await,
    );
    let (shown, payment, receipt) = desk.paid(&desk.second).await;
    let slip = desk.paid(boss).await.1;
    let (for_lines, for_change, for_removal) = (desk.draft().await, desk.draft().await, desk.draft().await);
    let (issued, credited, corrected) = (desk.issued().await, desk.issued().await, desk.issued().await);
    let (for_issue, for_end, for_ask) = (desk.draft().await, desk.draft().await, desk.draft().await);
    let paid_back = desk.paid(&desk.second).await.1;
    let (to_decide, to_pay) = (desk.refund().await, desk.refund().await);
    post(boss, &format!("/refunds/{to_pay}"), &[("to", "approved")]).await.expect(303);
    let (gone_back, noted) = desk.papers().await;
    let checked = desk.odd_shift(&fourth, &desks[3]).await;
    post(&fourth, &format!("/shifts/{checked}/explanation"), &[("reason", "Found it on the floor")])
        .await
        .expect(303);
    open_after(&fourth, &desks[3]).await;
    let unexplained = clinic.count("select max(id) from shift").await;
    post(&fourth, &format!("/shifts/{unexplained}/close"), &[("counted", "1"), ("left", "0")])
        .await
        .expect(303);
    open_after(&fourth, &desks[3]).await;
    let to_close = clinic.count("select max(id) from shift").await;
    let claims = claims(&desk, boss).await;
    let boss_shift = clinic.count("select min(id) from shift").await;
    let line = desk.line(for_change).await;
    real.extend([
        ("/invoices/{id}/payments", issued.to_string()),
        ("/invoices/", shown.to_string()),
        ("/invoice-lines/", line.to_string()),
        ("/receipts/", receipt.to_string()),
        ("/refunds/", gone_back.to_string()),
        ("/credit-notes/", noted.to_string()),
        ("/payments/", payment.to_string()),
        ("/shifts/", boss_shift.to_string()),
        ("/prices/", "other-0".to_owned()),
        ("/schemes/", claims.scheme.to_string()),
        ("/claim-batches/", claims.unsent.to_string()),
        ("/claims/", claims.answered.to_string()),
        ("/my/invoices/", shown.to_string()),
        ("/my/receipts/", receipt.to_string()),
    ]);
    let credit_line: &'static str = format!("line_{}", desk.line(credited).await).leak();
    let scheme = claims.scheme.to_string();
    let member = clinic.visitor("Joins Scheme").await.to_string();
    let today = clinic.app.clock.now().date_naive().to_string();
    let own_line = [("label", "Certificate"), ("quantity", "1"), ("price", "500"), ("kind", "other")];
    let ask = [("discount_kind", "percent"), ("worth", "5"), ("discount_reason", "Member of staff")];
    let back = [("amount", "100"), ("method", "cash"), ("reason", "Paid too much")];
    let rules = [
        ("version", "1"),
        ("rounding", "half_up"),
        ("cash_step", "1"),
        ("refund_limit", "4000"),
        ("follow_up_days", "10"),
    ];
    let cover = [("group", "xray"), ("percent", "40"), ("max_unit", "1000"), ("year_limit", "")];
    let own_discount = desk.discount(boss).await;
    let others_discount = desk.discount(&desk.second).await;
    vec![
        Form::fields("/visits/{id}/bill", boss, visit, &[("charge", &billed), ("step", "draft")]),
        Form::fields("/charges/{id}/deferral", boss, deferred, &[("reason", "Bleeds a lot")]),
        Form::fields("/patients/{id}/account", boss, own, &[]),
        Form::fields(
            "/patients/{id}/wallet",
            boss,
            own,
            &[("amount", "100"), ("method", "cash"), ("step", "in")],
        ),
        Form::fields("/invoices/{id}/lines", boss, for_lines, &own_line),
        Form::fields(
            "/invoice-lines/{id}",
            boss,
            line,
            &[("quantity", "2"), ("surcharge", ""), ("surcharge_reason", "")],
        ),
        Form::fields("/invoice-lines/{id}/removal", boss, desk.line(for_removal).await, &[]),
        Form::fields("/invoices/{id}/scheme", boss, for_lines, &[("referral", "R-1")]),
        Form::fields("/invoices/{id}/rest", boss, begun, &[]),
        Form::page("/invoices/{id}/issue", boss, format!("/invoices/{for_issue}"), "#issue", &[]),
        Form::fields("/invoices/{id}/void", boss, for_end, &[("void_reason", "Wrong patient")]),
        Form::fields("/invoices/{id}/discounts", boss, for_ask, &ask),
        Form::fields("/discounts/{id}/withdrawal", boss, own_discount, &[]),
        Form::fields("/discounts/{id}", boss, others_discount, &[("to", "approved")]),
        Form::fields("/invoices/{id}/payments", boss, issued, &[("cash", "9000"), ("over", "change")]),
        Form::fields(
            "/invoices/{id}/credits",
            boss,
            credited,
            &[(credit_line, "100"), ("reason", "Too expensive")],
        ),
        Form::fields("/invoices/{id}/correction", boss, corrected, &[("reason", "Wrong price list")]),
        Form::fields("/receipts/{id}/print", boss, receipt, &[("paper", "80")]),
        Form::fields("/payments/{id}/reversal", boss, slip, &[("mistake", "It was a card")]),
        Form::fields("/payments/{id}/refunds", boss, paid_back, &back),
        Form::fields("/refunds/{id}", boss, to_decide, &[("to", "approved")]),
        Form::fields("/refunds/{id}/payout", boss, to_pay, &[]),
        Form::fields("/shifts", &third, "", &[("desk", &desks[2]), ("float", "0"), ("reason", "")]),
        Form::fields(
            "/shifts/{id}/close",
            &fourth,
            to_close,
            &[("counted", "0"), ("left", "0"), ("reason", "")],
        ),
        Form::fields("/shifts/{id}/explanation", &fourth, unexplained, &[("reason", "Found on the floor")]),
        Form::fields("/shifts/{id}/check", boss, checked, &[("note", "Seen")]),
        Form::fields(
            "/prices/{id}",
            boss,
            "other-0",
            &[("amount", "750"), ("from_day", &today), ("payer", "0")],
        ),
        Form::fields(
            "/prices/{id}/rule",
            boss,
            "other-0",
            &[("version", "0"), ("tax", "5"), ("group", "other")],
        ),
        Form::fields("/money-rules", boss, "", &rules),
        Form::fields("/schemes", boss, "", &[("name", "Scheme of the table"), ("payer", "Somebody")]),
        Form::fields(
            "/schemes/{id}",
            boss,
            &scheme,
            &[("version", "1"), ("name", "Renamed"), ("active", "yes")],
        ),
        Form::fields("/schemes/{id}/coverage", boss, &scheme, &cover),
        Form::fields("/schemes/{id}/members", boss, &scheme, &[("patient", &member), ("number", "7")]),
        Form::fields("/schemes/{id}/students", boss, &scheme, &[]),
        Form::fields("/enrolments/{id}/end", boss, claims.enrolment, &[("reason", "Left the university")]),
        Form::fields("/claims", boss, "", &[("scheme", &scheme)]),
        Form::fields("/claim-batches/{id}", boss, claims.unsent, &[]),
        Form::fields(
            "/claims/{id}",
            boss,
            claims.waiting,
            &[("version", &claims.versions[0]), ("accepted", "0")],
        ),
        Form::fields(
            "/claims/{id}/resubmission",
            boss,
            claims.answered,
            &[("version", &claims.versions[1]), ("again", "With the referral")],
        ),
        Form::fields(
            "/claims/{id}/correction",
            boss,
            claims.mistyped,
            &[("version", &claims.versions[3]), ("in_all", "1"), ("mistake", "Read again")],
        ),
        Form::fields(
            "/claims/{id}/shortfall",
            boss,
            claims.given_up,
            &[("version", &claims.versions[2]), ("way", "write_off"), ("why", "They never pay it")],
        ),
    ]
}

/// The next shift at a desk where nothing was left.
async fn open_after(browser: &Browser, desk: &str) {
    open(browser, desk).await;
}

struct Claims {
    scheme: i64,
    enrolment: i64,
    unsent: i64,
    waiting: i64,
    answered: i64,
    given_up: i64,
    mistyped: i64,
    versions: [String; 4],
}

/// Claims where each of their steps is taken.
async fn claims(desk: &Desk<'_>, boss: &Browser) -> Claims {
    let clinic = desk.clinic;
    sql("insert into academic_session (name, is_current) select '2026/2027', $1
         where not exists (select 1 from academic_session where is_current)")
    .bind(true)
    .run(&clinic.app.db)
    .await
    .unwrap();
    let scheme = id_in(&post(boss, "/schemes", &[("name", "Scheme of claims")]).await);
    let rule = [("group", "other"), ("percent", "50")];
    post(boss, &format!("/schemes/{scheme}/coverage"), &rule).await.expect(303);
    let patient = desk.patient.to_string();
    post(boss, &format!("/schemes/{scheme}/members"), &[("patient", &patient)]).await.expect(303);
    let enrolment = clinic.count("select max(id) from scheme_enrolment").await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        let invoice = desk.issued().await;
        ids.push(clinic.number("select id from claim where invoice_id = $1", invoice).await);
    }
    let text = scheme.to_string();
    let sent = id_in(&post(boss, "/claims", &[("scheme", &text)]).await);
    post(boss, &format!("/claim-batches/{sent}"), &[]).await.expect(303);
    let version = "select version from claim where id = $1";
    for id in &ids[1..] {
        let now = clinic.number(version, *id).await.to_string();
        post(boss, &format!("/claims/{id}"), &[("version", &now), ("accepted", "0")]).await.expect(303);
    }
    desk.issued().await;
    let unsent = id_in(&post(boss, "/claims", &[("scheme", &text)]).await);
    desk.issued().await;
    let mut versions = [const { String::new() }; 4];
    for (at, id) in ids.iter().enumerate() {
        versions[at] = clinic.number(version, *id).await.to_string();
    }
    let [waiting, answered, given_up, mistyped] = ids[..] else { unreachable!("four invoices") };
    Claims { scheme, enrolment, unsent, waiting, answered, given_up, mistyped, versions }
}
