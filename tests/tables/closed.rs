//! Whoever has no relation to a patient is answered without a word of that patient's health, whatever is sent (rules A1 and
//! A3); and nobody works on the own record (rule A7).

use axum::http::Method;
use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::web::routes::{Access, Route};

use super::forms::{Form, HONEST, Sent, World};
use super::{files, none, routes};
use crate::support::{Browser, Clinic};

/// The capabilities whose forms are about somebody's health.
const CLINICAL: [&str; 8] =
    ["record", "consultation", "diagnoses", "procedures", "laboratory", "letters", "prescribing", "pharmacy"];
/// Those of them whose pages are opened by the relation to the patient, or by the work of the laboratory.
const WORK: [&str; 6] = ["record", "consultation", "diagnoses", "procedures", "laboratory", "letters"];
/// Addresses with an id that are about no patient's health.
const APART: [&str; 5] =
    ["/notes/templates", "/lab/catalogue/", "/procedure-kinds/", "/emergency-openings/", "/check/"];
/// Whose the thing behind an address is.
const WHOSE: [(&str, &str); 14] = [
    ("/patients/", "select id from patient where id = $1"),
    ("/visits/", "select patient_id from visit where id = $1"),
    ("/notes/", "select patient_id from note where id = $1"),
    ("/vitals/", "select patient_id from vitals where id = $1"),
    ("/procedures/", "select patient_id from visit_procedure where id = $1"),
    ("/diagnoses/", "select patient_id from diagnosis where id = $1"),
    ("/lab/samples/", "select patient_id from lab_sample where id = $1"),
    ("/lab/lines/", "select patient_id from lab_line where id = $1"),
    (
        "/lab/calls/",
        "select l.patient_id from lab_result r join lab_line l on l.id = r.line_id where r.id = $1",
    ),
    (
        "/results/",
        "select l.patient_id from lab_result r join lab_line l on l.id = r.line_id where r.id = $1",
    ),
    ("/allergies/", "select patient_id from allergy where id = $1"),
    ("/health-entries/", "select patient_id from health_entry where id = $1"),
    ("/verifications/", "select patient_id from verification where id = $1"),
    ("/referrals/", "select patient_id from referral where id = $1"),
];

/// Puts words that stand nowhere else into every record and every visit that is open.
const CANARIES: [&str; 5] = [
    "insert into allergy (patient_id, kind, substance, severity, certainty, state, recorded_name, recorded_at)
     select id, 'food', 'Canaryfood', 'severe', 'told', 'active', 'x', created_at from patient",
    "insert into health_entry (patient_id, kind, code, words, source, state, recorded_name, recorded_at)
     select id, 'condition', '', 'Canarycondition', '', 'active', 'x', created_at from patient",
    "insert into visit_procedure (visit_id, patient_id, kind_id, name, plain_name, price, needs_consent, sensitive, state,
        planned_by, planned_name, planned_at)
     select v.id, v.patient_id, p.kind_id, 'Canaryprocedure', 'Canaryprocedure', p.price, p.needs_consent, p.sensitive,
        'planned', p.planned_by, p.planned_name, v.opened_at
     from visit v, visit_procedure p where v.closed_at is null and p.id = (select min(id) from visit_procedure)",
    "insert into diagnosis (visit_id, patient_id, system, code, term, plain_name, sensitive, certainty, is_main, state,
        recorded_by, recorded_name, recorded_at, signed_at)
     select v.id, v.patient_id, '', '', 'Canarydiagnosis', 'Canarydiagnosis', d.sensitive, 'suspected', d.sensitive, 'signed',
        d.recorded_by, d.recorded_name, v.opened_at, v.opened_at
     from visit v, diagnosis d where v.closed_at is null and d.id = (select min(id) from diagnosis)",
    "insert into note (visit_id, patient_id, author_id, author_name, kind, state, complaint, started_at, clinical_at,
        saved_at, signed_at)
     select v.id, v.patient_id, n.author_id, n.author_name, 'consultation', 'signed', 'Canarynote', v.opened_at, v.opened_at,
        v.opened_at, v.opened_at
     from visit v, note n where v.closed_at is null and n.id = (select min(id) from note)",
];

/// Every word of health that stands in a record; a word of a few letters stands in other words.
const WORDS: &str = "select complaint from note union select history from note union select plan from note
     union select assessment from note union select term from diagnosis union select plain_name from diagnosis
     union select name from visit_procedure union select name from prescription_line union select substance from allergy
     union select words from health_entry union select question from referral
     union select t.name from lab_line l join lab_test t on t.id = l.test_id";

/// Of these, what stands in the names of people and on every page.
const ELSEWHERE: [&str; 2] = ["Shown", "Treat"];

/// Whoever takes samples reads which tests they are for, by this work and not by a relation.
const STATION: &str = "/visits/{id}/samples";

/// What is sent to the clinical routes: each form filled in, and with nothing in it.
async fn submissions(world: World) -> (Vec<(Form, Sent)>, Browser) {
    let of_patients: Vec<Route> =
        routes(&Method::POST).into_iter().filter(|route| CLINICAL.contains(&route.capability)).collect();
    let mut all = Vec::new();
    let boss = world.boss.clone();
    for form in world.forms {
        if !of_patients.iter().any(|route| route.path == form.route) {
            continue;
        }
        let sent = form.filled().await;
        all.push((form.again(), sent.emptied()));
        if form.route == "/visits/{id}/consultation" {
            // The script saves to an address of its own.
            all.push((form.again(), sent.to(format!("{}/draft", sent.path))));
        }
        // An emergency opens the record to whoever asks; record::emergency tells it.
        if form.route != "/patients/{id}/emergency" {
            all.push((form, sent));
        }
    }
    assert!(all.len() > 80, "{} submissions are too few", all.len());
    (all, boss)
}

/// Sends everything as somebody, and finds the words of health in what comes back.
async fn told(clinic: &Clinic, who: &Browser, all: &mut [(Form, Sent)], as_whom: &str) -> Vec<String> {
    let words: Vec<String> = sql(WORDS).scalars(&clinic.app.db).await.unwrap();
    let words: Vec<String> =
        words.into_iter().filter(|word| word.len() > 3 && !ELSEWHERE.contains(&word.as_str())).collect();
    assert!(words.len() > 10 && words.iter().any(|word| word == "Canarynote"), "{words:?}");
    let mut faults = Vec::new();
    for (form, sent) in all.iter_mut().filter(|(form, _)| form.route != STATION) {
        form.browser = who.clone();
        let seen = form.send(sent, &[HONEST]).await;
        let told = words.iter().filter(|word| seen.body.contains(word.as_str()) && !sent.types(word));
        faults
            .extend(told.map(|word| format!("POST {} as {as_whom}: {} with {word}", sent.path, seen.status)));
        if seen.status >= 500 {
            faults.push(format!("POST {} as {as_whom}: {}", sent.path, seen.status));
        }
    }
    faults
}

async fn whose(clinic: &Clinic, path: &str) -> Option<i64> {
    let (start, text) = WHOSE.into_iter().find(|(start, _)| path.starts_with(start))?;
    let id: i64 = path[start.len()..].split(['/', '?']).next()?.parse().ok()?;
    sql(text).bind(id).optional::<(i64,)>(&clinic.app.db).await.unwrap().map(|row| row.0)
}

/// Makes the record behind an address that of boss; false where it is nobody's.
async fn is_own(clinic: &Clinic, path: &str) -> bool {
    let Some(patient) = whose(clinic, path).await else { return false };
    sql("update account set own_record_id = $1 where name = 'boss'")
        .bind(patient)
        .run(&clinic.app.db)
        .await
        .unwrap();
    true
}

fn is_about_somebody(route: &Route) -> bool {
    WORK.contains(&route.capability)
        && route.access != Access::Patient
        && super::has_parameter(route.path)
        && !APART.iter().any(|apart| route.path.starts_with(apart))
}

/// What belongs to one visit, by the start of its address.
const OF_VISITS: [&str; 7] =
    ["/visits/", "/notes/", "/vitals/", "/procedures/", "/diagnoses/", "/results/", "/lab/lines/"];

/// Seals every visit, and has people with a relation to its patient, who did not treat in it, ask for everything and send
/// everything: what they are told of it, and whether they changed something.
async fn sealed_visits(
    clinic: &Clinic,
    who: &[&Browser],
    get: &[(Route, String)],
    all: &mut [(Form, Sent)],
) -> Vec<String> {
    sql("insert into visit_seal (visit_id, patient_id, sealed_name, sealed_at)
         select id, patient_id, '', opened_at from visit v
         where not exists (select 1 from visit_seal z where z.visit_id = v.id)")
    .run(&clinic.app.db)
    .await
    .unwrap();
    let tells = |body: &str| {
        ["Canaryprocedure", "Canarydiagnosis", "Canarynote"].into_iter().find(|word| body.contains(word))
    };
    let mut faults = Vec::new();
    for browser in who {
        let mut open = 0;
        for (_, path) in get {
            let seen = browser.get(path).await;
            open += usize::from(seen.status == 200);
            faults.extend(tells(&seen.body).map(|word| format!("GET {path}: {} with {word}", seen.status)));
        }
        assert!(open >= 5, "the records themselves are open to them: {open}");
        let of_visits = |form: &Form| {
            form.route != STATION
                && OF_VISITS.iter().any(|start| form.route.starts_with(start))
                && !APART.iter().any(|apart| form.route.starts_with(apart))
        };
        for (form, sent) in all.iter_mut().filter(|(form, _)| of_visits(form)) {
            form.browser = (*browser).clone();
            let seen = form.send(sent, &[HONEST]).await;
            faults.extend(
                tells(&seen.body).map(|word| format!("POST {}: {} with {word}", sent.path, seen.status)),
            );
        }
    }
    let wrote: Vec<String> =
        sql("select distinct e.action from audit_entry e join account a on a.id = e.account_id
         where a.sign_in_name in ('dr.stranger', 'nurse.stranger') and e.action not like '%opened%'
            and e.action not like 'sign_in.%'")
        .scalars(&clinic.app.db)
        .await
        .unwrap();
    faults.extend(wrote.into_iter().map(|action| format!("{action} in a sealed visit")));
    faults
}

async fn closed_records(clinic: Clinic) {
    let world = World::new(&clinic).await;
    let get: Vec<(Route, String)> = routes(&Method::GET)
        .into_iter()
        .filter(is_about_somebody)
        .map(|route| (route.clone(), world.address(route.path)))
        .collect();
    let (mut all, boss) = submissions(world).await;
    let mut tx = clinic.app.db.begin().await.unwrap();
    for text in CANARIES {
        assert!(sql(text).run(&mut tx).await.unwrap() > 0, "{text}");
    }
    tx.commit().await.unwrap();
    // The control: whoever treats is shown what the form is about.
    let (_, empty) = all.iter().find(|(_, sent)| sent.path.ends_with("/addendum")).unwrap();
    let seen = boss.post(&empty.path, &[("op", "an-empty-addendum-of-who-treats")]).await;
    assert!(seen.expect(422).body.contains("Cough"), "{}", seen.body);

    let doctor = clinic.signed_in("dr.stranger", &[Role::Doctor]).await;
    let nurse = clinic.signed_in("nurse.stranger", &[Role::Nurse]).await;
    let faults = sealed_visits(&clinic, &[&doctor, &nurse], &get, &mut all).await;
    none(&faults);
    sql("update visit set closed_at = opened_at, close_reason = 'left' where closed_at is null")
        .run(&clinic.app.db)
        .await
        .unwrap();
    clinic.wait_minutes(2 * 24 * 60);
    clinic.sign_in(&doctor, "dr.stranger").await;
    clinic.sign_in(&nurse, "nurse.stranger").await;
    let mut faults = told(&clinic, &doctor, &mut all, "a doctor without a relation").await;
    faults.extend(told(&clinic, &nurse, &mut all, "a nurse without a relation").await);
    sql("insert into record_seal (patient_id, reason, sealed_by, sealed_name, sealed_at)
         select p.id, 'Asked for it', a.id, a.name, p.created_at from patient p, account a
         where a.name = 'dr.stranger' and not exists
            (select 1 from record_seal s where s.patient_id = p.id and s.lifted_at is null)")
    .run(&clinic.app.db)
    .await
    .unwrap();
    faults.extend(told(&clinic, &doctor, &mut all, "a doctor before a sealed record").await);
    none(&faults);

    clinic.sign_in(&boss, "boss").await;
    for (route, path) in get {
        if !is_own(&clinic, &path).await {
            faults.push(format!("GET {path} is about nobody: say whose it is"));
        }
        let status = boss.get(&path).await.status;
        if status != 403 {
            faults.push(format!("GET {path} ({}) of the own record: {status}", route.capability));
        }
    }
    let post = routes(&Method::POST);
    let post: Vec<&str> =
        post.iter().filter(|route| is_about_somebody(route)).map(|route| route.path).collect();
    for (form, sent) in &mut all {
        if !post.contains(&form.route) {
            continue;
        }
        form.browser = boss.clone();
        if !is_own(&clinic, &sent.path).await {
            faults.push(format!("POST {} is about nobody: say whose it is", sent.path));
        }
        let status = form.send(sent, &[HONEST]).await.status;
        if status != 403 {
            faults.push(format!("POST {} to the own record: {status}", sent.path));
        }
    }
    none(&faults);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_form_tells_a_stranger_anything_and_nobody_works_on_the_own_record_sqlite() {
    closed_records(Clinic::on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_form_tells_a_stranger_anything_and_nobody_works_on_the_own_record_postgres() {
    if let Some(clinic) = Clinic::on_postgres().await {
        closed_records(clinic).await;
    }
}

/// Openings that are no reading of a record, or of no single patient.
const NO_READING: [&str; 6] = [
    "sign_in.opened",
    "account.opened",
    "shift.opened",
    "pharmacy.messages_opened",
    "pharmacy.register_opened",
    "pharmacy.receivers_opened",
];

#[test]
fn every_reading_in_the_trail_has_a_plain_word_for_the_patient() {
    let (mut faults, mut known) = (Vec::new(), 0);
    for (name, text) in files("src", "rs").into_iter().filter(|(name, _)| !name.starts_with("src/demo/")) {
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let page = (line.contains("opened(&app") || line.contains("opened_as(&app"))
                && !line.contains("audit::opened");
            for word in line.split('"').skip(1).step_by(2) {
                let action = word.ends_with("opened") && word.contains('.') && !word.contains(' ');
                let told = match (action, page && name.contains("/handlers/")) {
                    (true, _) if NO_READING.contains(&word) => continue,
                    (true, _) => infirmary::record::model::read_words(word, "record"),
                    (false, true) if word == "card" => continue,
                    (false, true) if !word.contains(['.', '_']) => {
                        infirmary::record::model::read_words("patient.opened", word)
                    }
                    (false, _) => continue,
                };
                known += 1;
                if told.is_none() {
                    faults.push(format!("{name}: {word:?} has no plain word"));
                }
            }
        }
    }
    none(&faults);
    assert!(known > 50, "only {known} readings were found");
}
