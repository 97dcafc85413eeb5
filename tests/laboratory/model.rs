//! Both databases behave alike (P18): the same random steps go to a clinic on each, and to a model of rule L1; what people
//! are told and what they see afterwards is the same everywhere.

use infirmary::laboratory::model::{LineState, Move};
use rand::Rng;
use rand::rngs::StdRng;

use crate::support::{Clinic, Lab, Seen, dice};

const SEQUENCES: usize = 200;
const STEPS: usize = 10;

/// What somebody tries. Lines are named by their place in the sequence, for ids differ between databases.
#[derive(Debug, Clone, Copy)]
enum Step {
    Order,
    Collect(usize),
    Receive(usize),
    Start(usize),
    Enter(usize, &'static str),
    SendBack(usize),
    Verify(usize),
    Correct(usize, &'static str),
    Call(usize),
    Reject(usize),
    Cancel(usize),
    Read,
}

impl Step {
    /// The usual next step half of the time, and anything the other half.
    fn any(random: &mut StdRng, model: &[Line]) -> Step {
        if model.is_empty() || random.random_bool(0.12) {
            return Step::Order;
        }
        let on = random.random_range(0..model.len());
        // A packed cell volume in percent: usual, low, and so low that somebody is called.
        let value = ["41", "33", "12"][random.random_range(0..3)];
        if random.random_bool(0.6) {
            return match model[on].state {
                LineState::Requested | LineState::Rejected => Step::Collect(on),
                LineState::Collected => Step::Receive(on),
                LineState::Received => Step::Start(on),
                LineState::InProgress => Step::Enter(on, value),
                LineState::Entered => Step::Verify(on),
                LineState::Verified => Step::Call(on),
                LineState::Released => Step::Correct(on, value),
                LineState::Cancelled => Step::Read,
            };
        }
        match random.random_range(0..11) {
            0 => Step::Collect(on),
            1 => Step::Receive(on),
            2 => Step::Start(on),
            3 => Step::Enter(on, value),
            4 => Step::SendBack(on),
            5 => Step::Verify(on),
            6 => Step::Correct(on, value),
            7 => Step::Call(on),
            8 => Step::Reject(on),
            9 => Step::Cancel(on),
            _ => Step::Read,
        }
    }
}

/// A line as the model has it.
#[derive(Debug, Clone, Copy)]
struct Line {
    state: LineState,
    critical: bool,
}

impl Line {
    fn go(&mut self, made: Move) -> bool {
        match self.state.after(made) {
            Ok(state) => {
                self.state = state;
                true
            }
            Err(_) => false,
        }
    }
}

/// Whether the rules let it through, and what it changes.
fn predicted(model: &mut Vec<Line>, step: Step) -> bool {
    match step {
        Step::Order => {
            model.push(Line { state: LineState::Requested, critical: false });
            true
        }
        Step::Collect(on) => model[on].go(Move::Collect) || model[on].go(Move::Recollect),
        Step::Receive(on) => model[on].go(Move::Receive),
        Step::Start(on) => model[on].go(Move::Start),
        Step::Enter(on, value) => {
            model[on].go(Move::Start);
            let entered = model[on].go(Move::Enter);
            model[on].critical = if entered { value == "12" } else { model[on].critical };
            entered
        }
        Step::SendBack(on) => model[on].go(Move::SendBack),
        Step::Verify(on) => {
            let verified = model[on].go(Move::Verify);
            if verified && !model[on].critical {
                model[on].go(Move::Release);
            }
            verified
        }
        Step::Correct(on, value) => {
            let corrected = model[on].go(Move::Correct);
            model[on].critical = if corrected { value == "12" } else { model[on].critical };
            corrected
        }
        Step::Call(on) => model[on].go(Move::Release),
        Step::Reject(on) => model[on].go(Move::Reject),
        Step::Cancel(on) => model[on].go(Move::Cancel),
        Step::Read => true,
    }
}

/// One of the two clinics.
struct World {
    clinic: Clinic,
    lab: Lab,
    field: String,
    test: String,
}

impl World {
    async fn new(clinic: Clinic) -> Self {
        let lab = clinic.laboratory().await;
        let (field, test) = (clinic.field("PCV", "PCV").await, clinic.test_id("PCV").await.to_string());
        World { clinic, lab, field, test }
    }

    /// The next sequence has its own patient.
    async fn next(&mut self, number: usize) {
        let (patient, visit) = self.clinic.is_examined(&format!("Person N{number}"), self.lab.doctor).await;
        (self.lab.patient, self.lab.visit) = (patient, visit);
    }

    async fn made(&self, step: Step, number: usize) -> Seen {
        let lines = self.clinic.lines(self.lab.visit).await;
        let at = |on: usize| lines[on];
        let sample = |on: usize| at(on).3.map_or(999_999, |sample| sample.0);
        let op = format!("model-step-{}-{number:06}", self.lab.visit);
        let op = ("op", op.as_str());
        let (visit, lab) = (self.lab.visit, &self.lab);
        match step {
            Step::Order => {
                let fields = [op, ("test", self.test.as_str()), ("again", "yes"), ("question", "")];
                lab.orders.post(&format!("/visits/{visit}/tests"), &fields).await
            }
            Step::Collect(on) => {
                let line = at(on).0.to_string();
                lab.bench.post(&format!("/visits/{visit}/samples"), &[op, ("line", &line)]).await
            }
            Step::Receive(on) => lab.bench.post(&format!("/lab/samples/{}/receipt", sample(on)), &[op]).await,
            Step::Start(on) => lab.bench.post(&format!("/lab/samples/{}/bench", sample(on)), &[op]).await,
            Step::Enter(on, value) => {
                let (id, _, version, _) = at(on);
                let (seen, version) = (format!("version{id}"), version.to_string());
                let fields = [op, (seen.as_str(), version.as_str()), (self.field.as_str(), value)];
                lab.bench.post(&format!("/lab/samples/{}/results", sample(on)), &fields).await
            }
            Step::SendBack(on) => {
                let version = at(on).2.to_string();
                let fields = [op, ("version", version.as_str()), ("back_note", "Look again")];
                lab.second.post(&format!("/lab/lines/{}/return", at(on).0), &fields).await
            }
            Step::Verify(on) => {
                let line = format!("{}-{}", at(on).0, at(on).2);
                let path = format!("/lab/samples/{}/verification", sample(on));
                lab.second.post(&path, &[op, ("line", &line)]).await
            }
            Step::Correct(on, value) => {
                let (id, _, version, _) = at(on);
                let (seen, version) = (format!("version{id}"), version.to_string());
                let fields = [
                    op,
                    (seen.as_str(), version.as_str()),
                    (self.field.as_str(), value),
                    ("reason", "Read wrongly"),
                ];
                lab.bench.post(&format!("/lab/lines/{id}/correction"), &fields).await
            }
            Step::Call(on) => {
                let current: Option<i64> = infirmary::db::sql(
                    "select max(id) from lab_result where line_id = $1 and state = 'current'",
                )
                .bind(at(on).0)
                .scalar(&self.clinic.app.db)
                .await
                .unwrap();
                let fields =
                    [op, ("told", "Dr Okoro"), ("means", "phone"), ("outcome", "reached"), ("note", "")];
                lab.bench.post(&format!("/lab/calls/{}", current.unwrap_or(999_999)), &fields).await
            }
            Step::Reject(on) => {
                let fields = [op, ("reason", "clotted"), ("note", "")];
                lab.bench.post(&format!("/lab/samples/{}/rejection", sample(on)), &fields).await
            }
            Step::Cancel(on) => {
                let version = at(on).2.to_string();
                let (path, why) =
                    (format!("/lab/lines/{}/cancellation", at(on).0), format!("why{}", at(on).0));
                lab.orders
                    .post(&path, &[op, ("version", version.as_str()), (why.as_str(), "Not needed")])
                    .await
            }
            Step::Read => lab.orders.get("/results").await,
        }
    }

    async fn states(&self) -> Vec<LineState> {
        self.clinic.lines(self.lab.visit).await.into_iter().map(|line| line.1).collect()
    }

    /// What the doctor and the patient see in the end.
    async fn seen(&self, sequence: usize) -> Vec<String> {
        let page = self.lab.orders.get(&format!("/visits/{}/tests", self.lab.visit)).await;
        let mut seen = page.texts("#ordered li .tag");
        // Signing in takes longer than all else, so that every tenth patient looks at the phone.
        if sequence.is_multiple_of(10) {
            let phone = self.clinic.phone_of(self.lab.patient).await;
            seen.extend(phone.get("/my/results").await.texts("main li"));
        }
        seen
    }
}

/// What a person is told, without the numbers that name rows.
fn told(seen: &Seen) -> (u16, Vec<String>) {
    let mut words = seen.texts("#refused");
    words.extend(seen.texts("#error-summary li"));
    (seen.status, words)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_databases_tell_people_the_same_over_two_hundred_sequences() {
    let Some(postgres) = Clinic::on_postgres().await else { return };
    let mut worlds = [World::new(Clinic::on_sqlite().await).await, World::new(postgres).await];
    let (seed, mut random) = dice();
    let (mut let_through, mut refused) = (0, 0);
    for sequence in 0..SEQUENCES {
        let mut model = Vec::new();
        for world in &mut worlds {
            world.next(sequence).await;
        }
        for number in 0..STEPS {
            let step = Step::any(&mut random, &model);
            let whole = format!("seed {seed}, sequence {sequence}, step {number}: {step:?}, model {model:?}");
            let expected = predicted(&mut model, step);
            let [sqlite, postgres] = &mut worlds;
            let (one, other) = tokio::join!(sqlite.made(step, number), postgres.made(step, number));
            assert_eq!(told(&one), told(&other), "{whole}");
            assert_eq!(matches!(one.status, 200 | 303), expected, "{whole}: {} {:?}", one.status, told(&one));
            let states: Vec<LineState> = model.iter().map(|line| line.state).collect();
            let (one, other) = tokio::join!(sqlite.states(), postgres.states());
            assert_eq!(one, states, "{whole}: SQLite");
            assert_eq!(other, states, "{whole}: PostgreSQL");
            *if expected { &mut let_through } else { &mut refused } += 1;
        }
        assert_eq!(
            worlds[0].seen(sequence).await,
            worlds[1].seen(sequence).await,
            "seed {seed}, sequence {sequence}: {model:?}"
        );
    }
    assert!(
        let_through > SEQUENCES * 4 && refused > SEQUENCES,
        "{let_through} let through, {refused} refused"
    );
}
