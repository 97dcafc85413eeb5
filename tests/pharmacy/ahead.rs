//! Medicines that are paid before they are given (rules M12, M13, decision 025): what is planned follows what is left to
//! give, what was paid is used up by what is given, and the difference is credited.

use infirmary::billing::model::ChargeKind;
use infirmary::billing::{NewCharge, asked_first, gate, plan};
use infirmary::db::sql;
use infirmary::prescribing::ahead::source as asked_source;
use infirmary::prescribing::model::{LineId, LineState};
use infirmary::work::{Doer, Work};
use rand::Rng;

use crate::support::billing::{Till, id_in};
use crate::support::{AMOXICILLIN, Clinic, Counter, Seen, dice};

/// A counter where one line of 15 capsules is paid first, with the till, and 100 capsules on the shelf.
pub(super) struct Paid {
    counter: Counter,
    till: Till,
    line: LineId,
}

impl Paid {
    pub(super) async fn first(clinic: &Clinic) -> Paid {
        let till = clinic.till().await;
        let page = till.admin.get("/prices/medicine-0").await;
        till.admin
            .submit(&page, "#rule", &[("pay_first", "yes"), ("tax", "0"), ("group", "medicine")])
            .await
            .expect(303);
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        clinic.shelf("amoxicillin-500mg-capsule", "AM1", 300, 100).await;
        let line = clinic.rx_lines(counter.room.visit).await[0].0;
        let (patient, visit) = (counter.room.patient, counter.room.visit);
        Paid { till: Till { patient, visit, ..till }, counter, line }
    }

    pub(super) async fn gives(&self, units: i64, reason: &str) -> Seen {
        let (field, units) = (format!("give_{}", self.line), units.to_string());
        self.counter.gives(&[(field.as_str(), units.as_str()), ("treat_now", reason)]).await
    }

    /// Invoices all that waits, and takes it in cash.
    pub(super) async fn pays(&self, clinic: &Clinic) -> i64 {
        let invoice = self.till.issued().await;
        let owed = clinic.number("select patient_part - paid from invoice where id = $1", invoice).await;
        if owed > 0 {
            self.till.cash(invoice, &format!("{}.{:02}", owed / 100, owed % 100)).await;
        }
        invoice
    }

    async fn comes_back(&self, clinic: &Clinic, units: i64) -> Seen {
        let page = self.counter.given(clinic).await;
        let Some(what) = page.attribute("#what option:nth-of-type(2)", "value") else { return page };
        let units = units.to_string();
        let back = [("what", what.as_str()), ("quantity", units.as_str()), ("reason", "Not tolerated")];
        self.counter.desk.submit(&page, "#return", &back).await
    }

    pub(super) async fn closes(&self) -> Seen {
        let page = self.counter.page().await;
        let reason = format!("state_reason_{}", self.line);
        let form = format!("form.ending[action='/prescriptions/lines/{}/state']", self.line);
        self.counter
            .desk
            .submit(&page, &form, &[("move", "stop"), (&reason, "It is out of stock everywhere")])
            .await
    }

    /// Credits what the page of the invoice proposes.
    async fn credits(&self, invoice: i64) -> Seen {
        let page = self.till.cashier.get(&format!("/invoices/{invoice}/credits")).await;
        self.till.cashier.submit(&page, "#credit", &[("reason", "Not given")]).await
    }
}

/// State, number, number done of each live charge for medicines, in the order in which they arose.
async fn charges(clinic: &Clinic) -> Vec<(String, i64, Option<i64>)> {
    sql("select state, quantity, done_quantity from charge where kind = 'medicine' and withdrawn_at is null order by id")
        .all(&clinic.app.db)
        .await
        .unwrap()
}

fn charge(state: &str, quantity: i64, done: Option<i64>) -> (String, i64, Option<i64>) {
    (state.to_owned(), quantity, done)
}

/// What `infirmary check` says. The stories make two visits by two ways, so tokens are not counted.
async fn is_sound(clinic: &Clinic, whole: &str) {
    let faults: Vec<String> =
        clinic.faults().await.into_iter().filter(|fault| !fault.contains("tokens of a day")).collect();
    assert!(faults.is_empty(), "{faults:?} {whole}");
}

both! {
    async fn m12_a_medicine_that_is_paid_first_is_given_when_it_is_paid_and_charged_once(clinic) {
        let paid = Paid::first(&clinic).await;
        assert_eq!(charges(&clinic).await, [charge("planned", 15, None)], "it waits at the cashier once it is signed");
        let waits = async || paid.counter.desk.get("/pharmacy").await.text("#worklist").contains("To be paid first");
        assert!(waits().await, "the worklist says so before anybody opens it");
        let page = paid.counter.page().await;
        assert!(page.text(".rx-lines").contains("Paid first: ₦"), "{}", page.text(".rx-lines"));
        let refused = paid.counter.desk.submit(&page, "#dispense", &[("advice", "After food")]).await;
        assert!(refused.expect(422).errors()[0].contains("at the cashier"), "{:?}", refused.errors());
        assert_eq!(refused.text("#advice"), "After food", "nothing typed is lost");
        assert!(refused.has("#pay-first[open]"));
        assert_eq!(clinic.lies("AM1", "Pharmacy").await, 100);
        // On an invoice that is not paid it still waits.
        let invoice = paid.till.issued().await;
        paid.gives(15, "").await.expect(422);
        let owed = clinic.number("select patient_part from invoice where id = $1", invoice).await;
        paid.till.cash(invoice, &(owed / 100).to_string()).await;
        assert!(!paid.counter.page().await.has("#pay-first"));
        assert!(!waits().await);
        paid.gives(15, "").await.expect(303);
        assert_eq!(charges(&clinic).await, [charge("paid", 15, None)], "what is given is what was paid");
        assert_eq!(clinic.count("select count(*) from charge where kind = 'medicine' and done_at is not null").await, 1);
        is_sound(&clinic, "").await;
    }

    async fn m13_what_was_paid_and_not_given_is_shown_to_the_cashier_until_it_is_credited(clinic) {
        let paid = Paid::first(&clinic).await;
        let invoice = paid.pays(&clinic).await;
        paid.gives(10, "").await.expect(303);
        assert_eq!(charges(&clinic).await, [charge("paid", 15, None)], "the rest is still owed to the patient");
        let list = paid.till.cashier.get("/billing").await;
        assert!(!list.has("#uncredited"));
        paid.closes().await.expect(303);
        assert_eq!(charges(&clinic).await, [charge("paid", 15, Some(10))]);
        let list = paid.till.cashier.get("/billing").await;
        assert!(list.text("#uncredited").contains("15 invoiced, 10 done"), "{}", list.text("#uncredited"));
        let unit = clinic.number("select total / quantity from invoice_line where invoice_id = $1 and kind = 'medicine'", invoice).await;
        paid.credits(invoice).await.expect(303);
        assert_eq!(clinic.number("select credited from invoice where id = $1", invoice).await, 5 * unit);
        assert!(!paid.till.cashier.get("/billing").await.has("#uncredited"), "it is settled");
        assert_eq!(charges(&clinic).await, [charge("paid", 10, None)]);
        // What comes back later is credited as well, and only that.
        paid.comes_back(&clinic, 3).await.expect(303);
        assert_eq!(charges(&clinic).await, [charge("paid", 10, Some(7))]);
        paid.credits(invoice).await.expect(303);
        assert_eq!(clinic.number("select credited from invoice where id = $1", invoice).await, 8 * unit);
        // The corrected invoice asks for what was kept.
        let page = paid.till.cashier.get(&format!("/invoices/{invoice}")).await;
        let draft = id_in(&paid.till.cashier.submit(&page, "#correct", &[("reason", "The scheme was forgotten")]).await);
        assert_eq!(clinic.number("select quantity from invoice_line where invoice_id = $1 and kind = 'medicine'", draft).await, 7);
        is_sound(&clinic, "").await;
    }

    async fn m12_what_cannot_wait_is_given_with_its_reason_and_the_rest_stays_planned(clinic) {
        let paid = Paid::first(&clinic).await;
        paid.gives(5, "He has a fever of 40").await.expect(303);
        assert_eq!(charges(&clinic).await, [charge("planned", 10, None), charge("billable", 5, None)]);
        let bill = paid.till.cashier.get(&paid.till.bill()).await;
        assert!(bill.text("#open").contains("He has a fever of 40"), "{}", bill.text("#open"));
        assert_eq!(clinic.count("select count(*) from charge where source > 0 and kind = 'medicine' and treat_now_reason <> ''").await, 1);
        paid.pays(&clinic).await;
        paid.gives(10, "").await.expect(303);
        assert_eq!(charges(&clinic).await, [charge("paid", 10, None), charge("paid", 5, None)]);
        assert_eq!(clinic.rx_lines(paid.counter.room.visit).await[0].1, LineState::Complete);
        is_sound(&clinic, "").await;
    }

    async fn m12_the_plan_follows_the_prescriber_and_an_emergency_passes(clinic) {
        let paid = Paid::first(&clinic).await;
        let page = paid.counter.room.desk.get(&format!("/prescriptions/lines/{}/change", paid.line)).await;
        paid.counter.room.desk.submit(&page, "#change", &[("days", "7")]).await.expect(303);
        assert_eq!(charges(&clinic).await, [charge("planned", 21, None)]);
        let line = clinic.rx_lines(paid.counter.room.visit).await[1].0;
        assert_eq!(asked_first(&clinic.app.db, paid.till.visit, ChargeKind::Medicine).await.unwrap()[0].0, asked_source(line));
        sql("update queue_entry set visit_id = $1, priority = 'emergency', priority_reason = 'Collapsed'")
            .bind(paid.till.visit).run(&clinic.app.db).await.unwrap();
        assert_eq!(asked_first(&clinic.app.db, paid.till.visit, ChargeKind::Medicine).await.unwrap().len(), 0);
        let page = paid.counter.room.desk.get(&format!("/prescriptions/{}", paid.counter.prescription)).await;
        paid.counter.room.desk.submit(&page, "form.ending", &[("reason", "The test is negative")]).await.expect(303);
        assert_eq!(charges(&clinic).await, [], "nothing is asked for what was cancelled");
    }

    async fn m12_what_was_paid_for_another_medicine_or_a_cancelled_line_goes_back(clinic) {
        let paid = Paid::first(&clinic).await;
        let invoice = paid.pays(&clinic).await;
        clinic.shelf("amoxicillin-250mg-capsule", "AS1", 300, 100).await;
        let page = paid.counter.page().await;
        let instead = page.attribute(&format!("#instead_{} option:nth-of-type(2)", paid.line), "value").unwrap();
        let (field, why) = (format!("instead_{}", paid.line), format!("instead_why_{}", paid.line));
        let fields = [(field.as_str(), instead.as_str()), (why.as_str(), "not_in_stock")];
        paid.counter.desk.submit(&page, "#dispense", &fields).await.expect(303);
        assert_eq!(charges(&clinic).await, [charge("billable", 30, None)], "what is given is charged by itself");
        let list = paid.till.cashier.get("/billing").await;
        assert!(list.text("#uncredited").contains("None of it was given"), "{}", list.text("main"));
        paid.credits(invoice).await.expect(303);
        assert_eq!(clinic.count("select count(*) from charge where state = 'entered_in_error'").await, 1);
        is_sound(&clinic, "").await;
    }

    async fn m12_what_was_credited_in_full_before_it_was_done_is_asked_again(clinic) {
        let paid = Paid::first(&clinic).await;
        let invoice = paid.pays(&clinic).await;
        let page = paid.till.cashier.get(&format!("/invoices/{invoice}/credits")).await;
        let line = clinic.number("select id from invoice_line where invoice_id = $1 and kind = 'medicine'", invoice).await;
        let total = clinic.number("select total from invoice_line where id = $1", line).await;
        let (field, naira) = (format!("line_{line}"), (total / 100).to_string());
        paid.till.cashier.submit(&page, "#credit", &[(field.as_str(), naira.as_str()), ("reason", "He comes back tomorrow")]).await.expect(303);
        assert_eq!(charges(&clinic).await, [charge("planned", 15, None)]);
        paid.gives(15, "").await.expect(422);
        paid.pays(&clinic).await;
        paid.gives(15, "").await.expect(303);
        is_sound(&clinic, "").await;
    }

    async fn m13_what_comes_back_is_credited_at_once_and_charged_anew_when_it_is_given_again(clinic) {
        let paid = Paid::first(&clinic).await;
        paid.pays(&clinic).await;
        paid.gives(10, "").await.expect(303);
        paid.comes_back(&clinic, 4).await.expect(303);
        assert_eq!(charges(&clinic).await, [charge("paid", 15, Some(11))], "five are still to come");
        // Nine are more than the five that are paid: they are charged by themselves.
        paid.gives(9, "").await.expect(303);
        assert_eq!(charges(&clinic).await, [charge("paid", 15, Some(6)), charge("billable", 9, None)]);
        is_sound(&clinic, "").await;
    }

    async fn m13_what_comes_off_a_draft_again_is_asked_for_what_was_given_of_it(clinic) {
        let paid = Paid::first(&clinic).await;
        let draft = paid.till.draft().await;
        paid.gives(5, "He has a fever of 40").await.expect(303);
        assert_eq!(charges(&clinic).await, [charge("billed", 15, None)], "ten are still to come");
        let page = paid.till.cashier.get(&format!("/invoices/{draft}")).await;
        paid.till.cashier.submit(&page, "#void", &[("void_reason", "The wrong scheme")]).await.expect(303);
        assert_eq!(charges(&clinic).await, [charge("billable", 15, None)]);
        paid.closes().await.expect(303);
        assert_eq!(charges(&clinic).await, [charge("billable", 5, None)]);
        // The other way round: closed while it is on the draft.
        let draft = paid.till.draft().await;
        paid.comes_back(&clinic, 2).await.expect(303);
        assert_eq!(charges(&clinic).await, [charge("billed", 5, Some(3))]);
        let page = paid.till.cashier.get(&format!("/invoices/{draft}")).await;
        paid.till.cashier.submit(&page, "#void", &[("void_reason", "Something came back")]).await.expect(303);
        assert_eq!(charges(&clinic).await, [charge("billable", 3, None)]);
        let invoice = paid.till.issued().await;
        assert_eq!(clinic.number("select quantity from invoice_line where invoice_id = $1 and kind = 'medicine'", invoice).await, 3);
        is_sound(&clinic, "").await;
    }

    async fn m3_an_invoice_waits_for_whoever_changes_what_is_planned(clinic) {
        let paid = Paid::first(&clinic).await;
        let bill = paid.till.cashier.get(&paid.till.bill()).await;
        let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
        let price = clinic.number("select price from medicine m join prescription_line l on l.medicine_id = m.id where l.id = $1", paid.line.0).await;
        let fewer = NewCharge {
            visit: paid.till.visit,
            patient: paid.till.patient,
            kind: ChargeKind::Medicine,
            service: clinic.number("select medicine_id from prescription_line where id = $1", paid.line.0).await,
            source: asked_source(paid.line),
            label: "Medicine, capsule",
            quantity: 9,
            unit_price: price,
        };
        plan(&mut work, &fewer).await.unwrap();
        let (issued, ()) = futures::join!(paid.till.cashier.submit(&bill, "#draft", &[("step", "issue")]), async {
            tokio::time::sleep(std::time::Duration::from_millis(400)).await;
            work.commit().await.unwrap();
        });
        let invoice = id_in(&issued);
        assert_eq!(clinic.number("select quantity from invoice_line where invoice_id = $1 and kind = 'medicine'", invoice).await, 9);
        assert_eq!(charges(&clinic).await, [charge("billed", 9, None)]);
    }

    async fn m3_who_invoices_while_it_is_given_charges_it_once(clinic) {
        let paid = Paid::first(&clinic).await;
        let (bill, page) = (paid.till.cashier.get(&paid.till.bill()).await, paid.counter.page().await);
        let field = format!("give_{}", paid.line);
        let gives = [(field.as_str(), "6"), ("treat_now", "He has a fever of 40")];
        let (given, issued) = futures::join!(
            paid.counter.desk.submit(&page, "#dispense", &gives),
            paid.till.cashier.submit(&bill, "#draft", &[("step", "issue")])
        );
        assert_eq!((given.status, issued.status), (303, 303));
        let asked: i64 = sql("select cast(sum(quantity) as bigint) from charge where kind = 'medicine' and withdrawn_at is null")
            .scalar(&clinic.app.db).await.unwrap();
        assert_eq!(asked, 15, "{:?}", charges(&clinic).await);
        let lines = "select count(*) from invoice_line l join charge c on c.id = l.charge_id where l.live and l.quantity <> c.quantity";
        assert_eq!(clinic.count(lines).await, 0, "an invoice has what its charges say");
        paid.gives(9, "He has a fever of 40").await.expect(303);
        is_sound(&clinic, "").await;
    }

    /// Whatever is paid, given, brought back, stopped and credited in whatever order: in the end the patient has paid for
    /// what is in the patient's hands, to the kobo.
    async fn m13_in_any_order_the_patient_pays_for_what_stays_in_the_patients_hands(clinic) {
        let (seed, mut dice) = dice();
        let mut paid = Paid::first(&clinic).await;
        let unit = clinic.number("select price from medicine m join prescription_line l on l.medicine_id = m.id where l.id = $1", paid.line.0).await;
        for round in 0..4 {
            if round > 0 {
                let counter = clinic.counter_of(&format!("Patient{round} Obi"), &[AMOXICILLIN]).await;
                let line = clinic.rx_lines(counter.room.visit).await[0].0;
                let (patient, visit) = (counter.room.patient, counter.room.visit);
                let till = Till { patient, visit, ..paid.till };
                paid = Paid { till, counter, line };
            }
            let mut steps = Vec::new();
            for _ in 0..8 {
                let step = dice.random_range(0..7);
                let units = dice.random_range(1..=8);
                let done = match step {
                    0 | 1 if !paid.counter.page().await.has("#give") => 409,
                    0 => paid.gives(units, "").await.status,
                    1 => paid.gives(units, "It cannot wait").await.status,
                    2 if clinic.number("select count(*) from dispensing where visit_id = $1", paid.till.visit.0).await > 0 =>
                        paid.comes_back(&clinic, units.min(3)).await.status,
                    3 => issue_all(&paid.till).await,
                    6 => void_a_draft(&paid.till).await,
                    4 => pay_all(&clinic, &paid.till).await,
                    _ => credit_all(&clinic, &paid).await,
                };
                steps.push((step, units, done));
                assert!(done < 500, "seed {seed}, round {round}: {steps:?}");
            }
            if clinic.rx_lines(paid.counter.room.visit).await[0].1 != LineState::Complete {
                paid.closes().await.expect(303);
            }
            credit_all(&clinic, &paid).await;
            issue_all(&paid.till).await;
            pay_all(&clinic, &paid.till).await;
            let kept = clinic.number("select given - returned from prescription_line where id = $1", paid.line.0).await;
            let asked = clinic.number("select cast(coalesce(sum(l.total - l.credited), 0) as bigint) from invoice_line l
                join invoice i on i.id = l.invoice_id where i.visit_id = $1 and i.state = 'issued' and l.kind = 'medicine'", paid.till.visit.0).await;
            let whole = format!("seed {seed}, round {round}: {steps:?}, {:?}", charges(&clinic).await);
            assert_eq!(asked, kept * unit, "{whole}");
            is_sound(&clinic, &whole).await;
        }
    }
}

/// Makes a draft of all that waits, and gives it up.
async fn void_a_draft(till: &Till) -> u16 {
    let page = till.cashier.get(&till.bill()).await;
    if page.has("#draft") {
        let draft = id_in(&till.cashier.submit(&page, "#draft", &[("step", "draft")]).await);
        let page = till.cashier.get(&format!("/invoices/{draft}")).await;
        till.cashier.submit(&page, "#void", &[("void_reason", "Not today")]).await.expect(303);
    }
    303
}

/// Issues an invoice of all that waits.
async fn issue_all(till: &Till) -> u16 {
    let page = till.cashier.get(&till.bill()).await;
    if page.has("#draft") {
        till.cashier.submit(&page, "#draft", &[("step", "issue")]).await.expect(303);
    }
    303
}

/// Pays every issued invoice of a visit.
async fn pay_all(clinic: &Clinic, till: &Till) -> u16 {
    let open: Vec<(i64, i64)> =
        sql("select id, patient_part - credited_patient - paid + refunded from invoice
            where visit_id = $1 and state = 'issued' and patient_part - credited_patient > paid - refunded")
        .bind(till.visit)
        .all(&clinic.app.db)
        .await
        .unwrap();
    for (invoice, owed) in open {
        till.cash(invoice, &format!("{}.{:02}", owed / 100, owed % 100)).await;
    }
    303
}

/// Credits what is proposed on every issued invoice of a visit.
async fn credit_all(clinic: &Clinic, paid: &Paid) -> u16 {
    let wrong: Vec<(i64,)> = sql("select distinct i.id from invoice i join invoice_line l on l.invoice_id = i.id and l.live
            join charge c on c.id = l.charge_id where i.visit_id = $1 and i.state = 'issued' and l.total > l.credited
                and (c.withdrawn_at is not null or c.done_quantity is not null)")
        .bind(paid.till.visit)
        .all(&clinic.app.db)
        .await
        .unwrap();
    for (invoice,) in wrong {
        paid.credits(invoice).await.expect(303);
    }
    303
}

both! {
    async fn m12_the_gate_of_a_line_is_open_where_medicines_are_not_paid_first(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        clinic.shelf("amoxicillin-500mg-capsule", "AM1", 300, 100).await;
        assert_eq!(charges(&clinic).await, []);
        let line = clinic.rx_lines(counter.room.visit).await[0].0;
        let open = gate(&clinic.app.db, counter.room.visit, ChargeKind::Medicine, asked_source(line)).await.unwrap();
        assert_eq!(open, infirmary::billing::model::Gate::Open);
        assert!(!counter.page().await.has("#pay-first"));
        counter.gives(&[]).await.expect(303);
        assert_eq!(charges(&clinic).await, [charge("billable", 15, None)]);
    }
}
