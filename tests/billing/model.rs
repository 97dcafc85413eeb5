//! Random steps at one till, on both databases, against a few lines of arithmetic (P18): what is refused and what is taken,
//! and every sum afterwards.

use infirmary::billing::model::ChargeKind;
use infirmary::db::sql;
use rand::Rng;
use rand::rngs::StdRng;

use crate::support::billing::Till;
use crate::support::{Clinic, dice};

const STEPS: usize = 90;

/// An invoice as the arithmetic has it, in naira.
#[derive(Debug, Default, Clone)]
struct Bill {
    id: i64,
    line: i64,
    total: i64,
    credited: i64,
    paid: i64,
    refunded: i64,
    /// Payments: id, amount, given back.
    payments: Vec<(i64, i64, i64)>,
}

impl Bill {
    fn balance(&self) -> i64 {
        self.total - self.credited - self.paid + self.refunded
    }
}

struct Model<'a> {
    clinic: &'a Clinic,
    till: Till,
    seed: u64,
    dice: StdRng,
    bills: Vec<Bill>,
    wallet: i64,
    steps: i64,
}

impl Model<'_> {
    fn below(&mut self, most: i64) -> i64 {
        self.dice.random_range(0..most.max(1))
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> u16 {
        self.steps += 1;
        let op = format!("a-step-of-the-model-{:06}", self.steps);
        let all: Vec<(&str, &str)> = fields.iter().copied().chain([("op", op.as_str())]).collect();
        self.till.cashier.post(path, &all).await.status
    }

    async fn new_bill(&mut self) {
        let total = 100 + self.below(1_900);
        let source = self.bills.len() as i64 + 1;
        self.clinic.costs(&self.till, ChargeKind::Test, source, total).await;
        let id = self.till.issued().await;
        let line = self.clinic.number("select min(id) from invoice_line where invoice_id = $1", id).await;
        self.bills.push(Bill { id, line, total, ..Bill::default() });
    }

    async fn pay(&mut self, at: usize) {
        let bill = self.bills[at].clone();
        let (cash, wallet) = match self.below(3) {
            0 => (0, 1 + self.below(bill.balance().max(0) + 60)),
            _ => (1 + self.below(bill.balance().max(0) + 400), 0),
        };
        let over = ["change", "wallet"][self.below(2) as usize];
        let typed = (cash + wallet).to_string();
        let field = if cash > 0 { "cash" } else { "wallet" };
        let expected = if bill.balance() <= 0 {
            409
        } else if wallet > bill.balance() {
            422
        } else if wallet > self.wallet {
            409
        } else {
            303
        };
        let path = format!("/invoices/{}/payments", bill.id);
        let status = self.post(&path, &[(field, &typed), ("over", over)]).await;
        let whole = format!("seed {}, {field} {typed} for {bill:?}, wallet {}", self.seed, self.wallet);
        assert_eq!(status, expected, "{whole}");
        if expected != 303 {
            return;
        }
        let used = (cash + wallet).min(bill.balance());
        self.wallet += if cash > 0 && over == "wallet" { cash - used } else { -wallet };
        let id = self.clinic.number("select max(id) from payment where invoice_id = $1", bill.id).await;
        self.bills[at].paid += used;
        self.bills[at].payments.push((id, used, 0));
    }

    async fn credit(&mut self, at: usize) {
        let bill = self.bills[at].clone();
        let left = bill.total - bill.credited;
        let amount = self.below(left / 2 + 120);
        let expected = if amount == 0 || amount > left { 422 } else { 303 };
        let (field, typed) = (format!("line_{}", bill.line), amount.to_string());
        let fields = [(field.as_str(), typed.as_str()), ("reason", "As the dice say")];
        let status = self.post(&format!("/invoices/{}/credits", bill.id), &fields).await;
        assert_eq!(status, expected, "seed {}, credit {amount} of {bill:?}", self.seed);
        if expected == 303 {
            self.bills[at].credited += amount;
        }
    }

    async fn refund(&mut self, at: usize) {
        let Some(which) =
            (!self.bills[at].payments.is_empty()).then(|| self.below(self.bills[at].payments.len() as i64))
        else {
            return;
        };
        let (id, amount, back) = self.bills[at].payments[which as usize];
        let asked = 1 + self.below(amount - back + 50);
        let method = ["cash", "wallet"][self.below(2) as usize];
        let expected = if asked > amount - back { 422 } else { 303 };
        let typed = asked.to_string();
        let fields = [("amount", typed.as_str()), ("method", method), ("reason", "As the dice say")];
        let status = self.post(&format!("/payments/{id}/refunds"), &fields).await;
        assert_eq!(status, expected, "seed {}, refund {asked} of {amount}, {back} gone", self.seed);
        if expected == 303 {
            self.bills[at].payments[which as usize].2 += asked;
            self.bills[at].refunded += asked;
            self.wallet += if method == "wallet" { asked } else { 0 };
        }
    }

    async fn wallet(&mut self) {
        let amount = 1 + self.below(400);
        let step = ["in", "out"][self.below(2) as usize];
        let expected = if step == "out" && amount > self.wallet { 409 } else { 303 };
        let typed = amount.to_string();
        let fields = [("amount", typed.as_str()), ("method", "cash"), ("step", step)];
        let status = self.post(&format!("/patients/{}/wallet", self.till.patient), &fields).await;
        assert_eq!(status, expected, "seed {}, {step} {amount} with {}", self.seed, self.wallet);
        if expected == 303 {
            self.wallet += if step == "in" { amount } else { -amount };
        }
    }

    async fn agrees(&self) {
        for bill in &self.bills {
            let sums: (i64, i64, i64) = sql("select paid, refunded, credited from invoice where id = $1")
                .bind(bill.id)
                .one(&self.clinic.app.db)
                .await
                .unwrap();
            assert_eq!(
                sums,
                (bill.paid * 100, bill.refunded * 100, bill.credited * 100),
                "seed {}: {bill:?}",
                self.seed
            );
            let state = if bill.credited == bill.total {
                "aborted"
            } else if bill.balance() <= 0 {
                "paid"
            } else {
                "billed"
            };
            let text =
                "select c.state from charge c join invoice_line l on l.charge_id = c.id where l.id = $1";
            assert_eq!(self.clinic.word(text, bill.line).await, state, "seed {}: {bill:?}", self.seed);
        }
        let there = self.clinic.count("select coalesce(max(balance), 0) from wallet").await;
        assert_eq!(there, self.wallet * 100, "seed {}: the wallet", self.seed);
    }
}

both! {
    async fn p18_random_steps_at_the_till_agree_with_arithmetic(clinic) {
        let till = clinic.till().await;
        let (seed, dice) = dice();
        // What needs a second person has stories of its own.
        sql("update money_setting set refund_limit = 100000000").run(&clinic.app.db).await.unwrap();
        let mut model = Model { clinic: &clinic, till, seed, dice, bills: Vec::new(), wallet: 0, steps: 0 };
        for _ in 0..3 {
            model.new_bill().await;
        }
        for _ in 0..STEPS {
            let at = model.below(model.bills.len() as i64) as usize;
            match model.below(12) {
                0 => model.new_bill().await,
                1..=4 => model.pay(at).await,
                5..=6 => model.credit(at).await,
                7..=9 => model.refund(at).await,
                _ => model.wallet().await,
            }
        }
        model.agrees().await;
        assert!(clinic.faults().await.is_empty(), "seed {seed}: {:?}", clinic.faults().await);
    }
}
