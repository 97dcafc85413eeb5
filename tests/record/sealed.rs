//! Sealed visits (rule A3): only those who treated in one read it; medicines, allergies and conditions stay visible.

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::web::paths;

use crate::support::consultation::take;
use crate::support::{AMOXICILLIN, Browser, Clinic, Consulting, Lab, PASSWORD};

/// What a sealed visit holds, each word once.
struct Sealed {
    lab: Lab,
    room: Consulting,
    /// The addresses of what belongs to it.
    parts: Vec<String>,
}

/// Words of the visit that nobody else reads.
const WORDS: [&str; 5] = ["Fever for three days", "Temperature 38.9", "Mild depression", "141/91", "Malaria"];

impl Clinic {
    /// A visit with vital signs, a note, a diagnosis, a planned procedure and a released result, sealed by its doctor.
    async fn sealed_visit(&self) -> Sealed {
        infirmary::diagnoses::codes::ensure_catalogue(&self.app.db).await.unwrap();
        infirmary::procedures::ensure_catalogue(&self.app.db).await.unwrap();
        let lab = self.laboratory().await;
        let (visit, patient) = (lab.visit, lab.patient);
        let room = Consulting { doctor: lab.doctor, browser: lab.orders.clone(), patient, visit };
        take(&room.browser, visit, &[("systolic", "141"), ("diastolic", "91")]).await.expect(303);
        room.diagnose("F32.0").await.expect(303);
        room.plan("Peak flow measurement").await.expect(303);
        room.sign().await.expect(303);
        let (_, result) = lab.released(self, "RDT", ("RDT", "Positive")).await;
        self.seals(&room.browser, visit).await;
        let one = |text: &'static str| async move { self.count(text).await };
        let parts = vec![
            format!("/visits/{visit}/consultation"),
            format!("/visits/{visit}/vitals"),
            format!("/visits/{visit}/procedures"),
            format!("/visits/{visit}/tests"),
            format!("/visits/{visit}/letters"),
            format!("/visits/{visit}/verification"),
            format!("/visits/{visit}/referral"),
            format!("/visits/{visit}/summary"),
            format!("/visits/{visit}/seal"),
            format!("/vitals/{}", one("select max(id) from vitals").await),
            format!("/notes/{}", one("select max(id) from note").await),
            format!("/procedures/{}", one("select max(id) from visit_procedure").await),
            format!("/diagnoses/{}/error", one("select max(id) from diagnosis").await),
            format!("/results/{result}"),
            format!("/results/{result}/print"),
        ];
        Sealed { lab, room, parts }
    }

    /// Presses "Seal this visit".
    async fn seals(&self, browser: &Browser, visit: infirmary::queue::model::VisitId) {
        let page = browser.get(&paths::record::visit_seal(visit)).await;
        assert!(page.expect(200).body.contains("Not sealed"));
        browser.submitted(&page, "#visit-seal", &[]).await.expect(200);
    }
}

/// Sees that nothing of the visit is on any page of the patient's record, and that the rest is.
async fn reads_nothing_of_it(browser: &Browser, sealed: &Sealed) {
    let id = sealed.room.patient;
    let mut faults = Vec::new();
    for path in &sealed.parts {
        let seen = browser.get(path).await;
        // A nurse orders no tests and writes no letters.
        if seen.status != 403 && seen.leads_to() != Some(format!("/patients/{id}")) {
            faults.push(format!("{path}: {}", seen.status));
        }
    }
    for part in ["", "/timeline", "/vitals", "/diagnoses", "/health", "/prescriptions", "/history"] {
        let page = browser.get(&format!("/patients/{id}{part}")).await;
        let told = WORDS
            .iter()
            .chain(&["Peak flow measurement"])
            .filter(|word| page.expect(200).body.contains(**word));
        faults.extend(told.map(|word| format!("{part:?}: {word}")));
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

both! {
    async fn a_sealed_visit_is_read_by_those_who_treat_in_it_and_by_nobody_else(clinic) {
        let sealed = clinic.sealed_visit().await;
        let (id, visit) = (sealed.room.patient, sealed.room.visit);
        let doctor = clinic.signed_in("colleague", &[Role::Doctor]).await;
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        for path in &sealed.parts {
            sealed.room.browser.get(path).await.expect(200);
        }
        let line = sealed.room.browser.get(&format!("/patients/{id}/timeline")).await;
        assert!(line.body.contains("141/91") && line.body.contains("Mild depression") && !line.body.contains("Other visit"));
        for who in [&doctor, &nurse] {
            reads_nothing_of_it(who, &sealed).await;
            let line = who.get(&format!("/patients/{id}/timeline")).await;
            assert!(line.text("#timeline").contains("Other visit") && line.has("#sealed-visits a[href$=emergency]"), "{}", line.body);
            assert!(line.queries() <= 6, "{}", line.queries());
        }
        // The control: the same people read it all when the seal is lifted.
        let page = sealed.room.browser.get(&paths::record::visit_seal(visit)).await;
        assert_eq!(page.texts("#team li"), ["Okoro"]);
        sealed.room.browser.submitted(&page, "#visit-seal", &[]).await.expect(200);
        for path in &sealed.parts {
            doctor.get(path).await.expect(200);
        }
        let line = doctor.get(&format!("/patients/{id}/timeline")).await;
        for word in ["141/91", "Mild depression", "Peak flow measurement", "Malaria"] {
            assert!(line.body.contains(word), "{word}");
        }
        let trail = "select count(*) from audit_entry where action in ('visit.sealed', 'visit.unsealed') and patient_id is not null";
        assert_eq!(clinic.count(trail).await, 2);
    }

    async fn nothing_is_written_into_a_sealed_visit_by_somebody_who_does_not_treat_in_it(clinic) {
        let sealed = clinic.sealed_visit().await;
        let visit = sealed.room.visit;
        let page = sealed.room.browser.get(&paths::record::visit_seal(visit)).await;
        sealed.room.browser.submitted(&page, "#visit-seal", &[]).await.expect(200);
        let doctor = clinic.signed_in("colleague", &[Role::Doctor]).await;
        let open = doctor.get(&paths::consultation::consult(visit)).await;
        let (signs, tests) = (doctor.get(&paths::consultation::vitals(visit)).await, doctor.get(&format!("/visits/{visit}/tests")).await);
        clinic.seals(&sealed.room.browser, visit).await;
        let kept = doctor.submit(&open, "#consultation", &[("step", "save"), ("complaint", "My words")]).await;
        assert_eq!(kept.expect(409).text("#complaint"), "My words", "what was typed is not lost");
        assert!(kept.errors()[0].contains("This was sealed"), "{:?}", kept.errors());
        for word in WORDS {
            assert!(!kept.body.contains(word), "{word}");
        }
        for (form, selector, fields) in [(&signs, "#vitals", vec![("pulse", "80")]), (&tests, "#order", vec![("test", "1")])] {
            let seen = doctor.submit(form, selector, &fields).await;
            assert!(seen.status != 200 && !WORDS.iter().any(|word| seen.body.contains(word)), "{selector}: {}", seen.status);
        }
        assert_eq!(clinic.count("select count(*) from note").await, 1);
        assert_eq!(clinic.count("select count(*) from vitals").await, 1);
        assert_eq!(clinic.count("select count(*) from lab_line").await, 1);
    }

    async fn medicines_allergies_and_conditions_of_a_sealed_visit_stay_visible(clinic) {
        let room = clinic.prescribing_room().await;
        room.prescribed(&clinic, AMOXICILLIN).await;
        clinic.allergic(room.patient, "Peanuts").await;
        clinic.entered(room.patient, "condition", "Asthma").await;
        clinic.seals(&room.desk, room.visit).await;
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        let record = nurse.get(&format!("/patients/{}", room.patient)).await;
        for word in ["Peanuts", "amoxicillin", "Asthma", "Other visit"] {
            assert!(record.expect(200).body.contains(word), "{word}");
        }
        let all = nurse.get(&format!("/patients/{}/prescriptions", room.patient)).await;
        assert!(all.expect(200).body.to_lowercase().contains("amoxicillin"));
    }

    async fn a_reason_opens_no_sealed_visit_and_an_emergency_opens_it_for_an_hour_and_is_told(clinic) {
        let sealed = clinic.sealed_visit().await;
        let id = sealed.room.patient;
        sql("update visit set closed_at = opened_at, close_reason = 'left'").run(&clinic.app.db).await.unwrap();
        let doctor = clinic.signed_in("colleague", &[Role::Doctor]).await;
        let reason = [("op", "0123456789abcdef"), ("opening_reason", "contact"), ("opening_words", "She called me")];
        doctor.post(&format!("/patients/{id}/openings"), &reason).await.expect(303);
        doctor.get(&format!("/patients/{id}/health")).await.expect(200);
        reads_nothing_of_it(&doctor, &sealed).await;
        let form = doctor.get(&format!("/patients/{id}/emergency")).await;
        assert!(form.expect(200).body.contains("the sealed visits of this one patient"));
        clinic.breaks_the_glass(&doctor, id).await.expect(303);
        // Nothing is measured any more in a visit that is over.
        for path in sealed.parts.iter().filter(|path| !path.ends_with("/vitals")) {
            doctor.get(path).await.expect(200);
        }
        let line = doctor.get(&format!("/patients/{id}/timeline")).await;
        assert!(line.body.contains("141/91") && line.has("#glass"));
        let phone = clinic.phone_of(id).await;
        assert!(phone.get("/").await.text("[id^=emergency-]").contains("opened your record in an emergency"));
        clinic.wait_minutes(61);
        clinic.sign_in(&doctor, "colleague").await;
        doctor.post(&format!("/patients/{id}/openings"), &[("op", "0123456789abcdeg"), ("opening_reason", "contact"), ("opening_words", "She called me")])
            .await.expect(303);
        reads_nothing_of_it(&doctor, &sealed).await;
    }

    async fn whoever_serves_the_patient_later_in_a_sealed_visit_treats_in_it(clinic) {
        let (first, desk) = clinic.doctor_named("Okoro").await;
        let here = clinic.sits_with(first, "Ada Obi").await;
        clinic.seals(&desk, here.visit).await;
        // Those at the other stations serve the patient and read nothing of it.
        let cashier = clinic.staff("cash", &[Role::Cashier]).await;
        clinic.moves_to_doctor(&here, cashier).await;
        assert_eq!(desk.get(&paths::record::visit_seal(here.visit)).await.texts("#team li"), ["Okoro"]);
        let (second, other) = clinic.doctor_named("Bello").await;
        let page = paths::consultation::consult(here.visit);
        other.get(&page).await.expect(303);
        clinic.moves_to_doctor(&here, second).await;
        other.get(&page).await.expect(200);
        // Who sealed it still reads it.
        desk.get(&page).await.expect(200);
    }

    async fn the_work_that_is_planned_in_a_sealed_visit_has_no_name_for_those_who_do_not_treat_in_it(clinic) {
        infirmary::procedures::ensure_catalogue(&clinic.app.db).await.unwrap();
        let (doctor, browser) = clinic.doctor_named("Okoro").await;
        let here = clinic.sits_with(doctor, "Ada Obi").await;
        let patient = clinic.patient_of(here.visit).await;
        let room = Consulting { doctor, browser, patient, visit: here.visit };
        room.plan("Peak flow measurement").await.expect(303);
        room.sign().await.expect(303);
        let nurse = clinic.nurse().await;
        assert!(nurse.get("/").await.expect(200).body.contains("Peak flow measurement"), "the control");
        clinic.seals(&room.browser, here.visit).await;
        let home = nurse.get("/").await;
        assert!(!home.body.contains("Peak flow measurement") && home.body.contains(", procedure"), "{}", home.body);
    }

    async fn only_those_who_treat_in_a_visit_say_who_reads_it(clinic) {
        let (doctor, desk) = clinic.doctor_named("Okoro").await;
        let here = clinic.sits_with(doctor, "Ada Obi").await;
        let path = paths::record::visit_seal(here.visit);
        let colleague = clinic.signed_in("colleague", &[Role::Doctor]).await;
        let page = colleague.get(&path).await;
        assert!(page.expect(200).body.contains("Only those who treat in it can seal it") && !page.has("#visit-seal"));
        let fields = |to: &'static str, op: &'static str| [("to", to), ("op", op)];
        colleague.post(&path, &fields("sealed", "0123456789abcdef")).await.expect(403);
        for role in [Role::Receptionist, Role::Cashier, Role::LabAttendant, Role::Pharmacist, Role::Admin] {
            let other = clinic.signed_in(role.as_str(), &[role]).await;
            other.get(&path).await.expect(403);
            other.post(&path, &fields("sealed", "0123456789abcdeg")).await.expect(403);
        }
        for id in ["999999", "x", "-1"] {
            desk.get(&format!("/visits/{id}/seal")).await.expect(404);
            desk.post(&format!("/visits/{id}/seal"), &fields("sealed", "0123456789abcdeh")).await.expect(404);
        }
        desk.post(&path, &fields("lifted", "0123456789abcdei")).await.expect(409);
        desk.post(&path, &fields("sealed", "0123456789abcdej")).await.expect(303);
        desk.post(&path, &fields("sealed", "0123456789abcdek")).await.expect(409);
        colleague.post(&path, &fields("lifted", "0123456789abcdel")).await.expect(303);
        assert_eq!(clinic.count("select count(*) from visit_seal").await, 1, "a colleague lifts nothing");
        let other = clinic.patient("Ben Obi").await;
        sql("update visit_seal set sealed_name = 'x'").run(&clinic.app.db).await.unwrap_err();
        let error = sql("insert into visit_seal (visit_id, patient_id, sealed_name, sealed_at) select v.id, $1, '', v.opened_at from visit v")
            .bind(other).run(&clinic.app.db).await.unwrap_err();
        assert!(error.violates("visit_seal_whose"), "{error}");
    }

    async fn a_visit_booked_for_a_reason_that_seals_it_is_sealed_from_its_first_moment(clinic) {
        let admin = clinic.administrator().await;
        let (doctor, desk) = clinic.doctor_named("Okoro").await;
        let colleague = clinic.signed_in("colleague", &[Role::Doctor]).await;
        clinic.point("Triage", "triage").await;
        let patient = clinic.visitor("Ada Obi").await;
        let booking = clinic.booking(patient, doctor, 10).await;
        sql("update appointment set complaint = 'I cannot sleep any more'").run(&clinic.app.db).await.unwrap();
        let reason = clinic.count("select reason_id from appointment").await;
        let page = admin.get(&format!("/visit-reasons/{reason}/edit")).await;
        admin.submit(&page, "#reason", &[("seals_visit", "yes")]).await.expect(303);
        assert!(admin.get("/visit-reasons").await.body.contains("Visits are sealed"));
        // The words of the booking are for its doctor.
        let shown = format!("/appointments/{booking}");
        clinic.is_here(patient).await;
        assert!(!colleague.get(&shown).await.expect(200).body.contains("cannot sleep"));
        assert!(desk.get(&shown).await.expect(200).body.contains("cannot sleep"));
        sql("update visit set closed_at = opened_at, close_reason = 'left', day = '2020-01-01'").run(&clinic.app.db).await.unwrap();
        let here = clinic.arrived(patient).await;
        assert_eq!(clinic.count("select count(*) from visit_seal").await, 1);
        assert!(!colleague.get(&shown).await.expect(200).body.contains("cannot sleep"));
        assert!(desk.get(&shown).await.expect(200).body.contains("cannot sleep"));
        let page = paths::consultation::consult(here.visit);
        colleague.get(&page).await.expect(303);
        assert!(desk.get(&page).await.expect(200).text("#who-reads").contains("Sealed"));
        let line = colleague.get(&format!("/patients/{patient}/timeline")).await.text("#timeline");
        assert!(line.contains("Other visit") && !line.contains("Appointment with"), "{line}");
        let seal = desk.get(&paths::record::visit_seal(here.visit)).await;
        assert!(seal.body.contains("by the reason of its booking"));
    }

    async fn who_comes_again_with_a_booking_that_seals_is_sealed_from_then_on(clinic) {
        clinic.point("Triage", "triage").await;
        let (doctor, _) = clinic.doctor_named("Okoro").await;
        let here = clinic.walk_in("Ada Obi").await;
        let patient = clinic.patient_of(here.visit).await;
        sql("update queue_entry set state = 'left', ended_at = entered_at").run(&clinic.app.db).await.unwrap();
        sql("update visit set closed_at = opened_at, close_reason = 'left'").run(&clinic.app.db).await.unwrap();
        clinic.booking(patient, doctor, 10).await;
        sql("update visit_reason set seals_visit = $1").bind(true).run(&clinic.app.db).await.unwrap();
        assert_eq!(clinic.count("select count(*) from visit_seal").await, 0);
        assert_eq!(clinic.arrived(patient).await.visit, here.visit);
        assert_eq!(clinic.count("select count(*) from visit_seal where sealed_by is null").await, 1);
    }

    async fn the_records_officer_lifts_the_seal_of_a_visit_with_a_reason_and_reads_nothing(clinic) {
        let sealed = clinic.sealed_visit().await;
        let (id, visit) = (sealed.room.patient, sealed.room.visit);
        let admin = clinic.administrator().await;
        let page = admin.get(&format!("/patients/{id}/seal")).await;
        assert!(page.expect(200).has("#visit-seals") && page.queries() <= 6);
        for word in WORDS {
            assert!(!page.body.contains(word), "{word}");
        }
        let refused = admin.submit(&page, "#visit-seals", &[]).await;
        assert_eq!(refused.expect(422).errors(), ["Enter why the seals are lifted", "Choose the visits whose seal is lifted"]);
        let chosen = visit.to_string();
        let fields = [("visits", chosen.as_str()), ("lift_reason", "Its doctor left the clinic")];
        let other = clinic.patient("Ben Obi").await;
        admin.post(&format!("/patients/{other}/seal/visits"), &[fields[0], fields[1], ("op", "0123456789abcdef")]).await.expect(409);
        clinic.wait_minutes(6);
        let asked = admin.submit(&page, "#visit-seals", &fields).await;
        asked.expect(401);
        admin.submit(&asked, "main form", &[("password_confirmation", PASSWORD)]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from visit_seal").await, 0);
        assert!(clinic.has_entry("visit.unsealed").await);
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        nurse.post(&format!("/patients/{id}/seal/visits"), &[fields[0], fields[1], ("op", "0123456789abcdeg")]).await.expect(403);
        nurse.get(&paths::consultation::consult(visit)).await.expect(200);
    }

    async fn a_result_of_a_sealed_visit_is_read_by_whoever_has_to_look_at_it(clinic) {
        let sealed = clinic.sealed_visit().await;
        let result = sealed.parts.iter().find(|path| path.starts_with("/results/")).unwrap();
        let (colleague, browser) = clinic.doctor_named("Bello").await;
        assert_eq!(browser.get(result).await.status, 303);
        sql("update lab_review set account_id = $1").bind(colleague).run(&clinic.app.db).await.unwrap();
        assert!(browser.get(result).await.expect(200).body.contains("Malaria"));
        assert!(!sealed.lab.orders.get(result).await.expect(200).body.is_empty());
    }

    async fn nothing_of_a_sealed_visit_stands_in_the_lists_of_the_next_one(clinic) {
        let sealed = clinic.sealed_visit().await;
        let id = sealed.room.patient;
        // A second test of the sealed visit is still open when the next one begins.
        sealed.lab.order(&clinic, &["PCV"]).await;
        sql("update visit set closed_at = opened_at, close_reason = 'left'").run(&clinic.app.db).await.unwrap();
        clinic.wait_minutes(24 * 60);
        let (doctor, browser) = clinic.doctor_named("Bello").await;
        let again = [(&sealed.lab.bench, "bench"), (&sealed.lab.second, "second"), (&sealed.lab.orders, "okoro")];
        for (browser, name) in again {
            clinic.sign_in(browser, name).await;
        }
        clinic.is_here(id).await;
        let visit = infirmary::queue::model::VisitId(clinic.count("select max(id) from visit").await);
        let consult = paths::consultation::consult(visit);
        let page = browser.get(&consult).await;
        assert!(page.expect(200).text("#earlier").contains("Sealed: those who treated in it read it"), "{}", page.text("#earlier"));
        assert!(!page.has("#earlier a") && !page.text("#earlier").contains("Okoro"));
        assert!(page.text("#last-vitals").contains("Never taken here") && page.text("#orders").contains("None ordered"));
        for word in &WORDS[..4] {
            assert!(!page.body.contains(word), "{word}");
        }
        // The control: who treated in it sees it beside the next one.
        let own = sealed.lab.orders.get(&consult).await;
        assert!(own.text("#earlier").contains("Malaria") && own.has("#earlier a"), "{}", own.text("#earlier"));
        assert!(own.text("#orders").contains("Packed cell volume") && own.text("#last-vitals").contains("141/91"));
        // What the next visit finds stands alone.
        let room = Consulting { doctor, browser: browser.clone(), patient: id, visit };
        room.diagnose("B50.9").await.expect(303);
        room.sign().await.expect(303);
        let Lab { bench, second, patient, .. } = sealed.lab;
        let lab = Lab { doctor, orders: browser.clone(), bench, second, patient, visit };
        let (_, result) = lab.released(&clinic, "RDT", ("RDT", "Negative")).await;
        let found = browser.get(&format!("/results/{result}")).await;
        assert!(found.expect(200).body.contains("Negative") && !found.body.contains("Positive"), "{}", found.body);
        let own = sealed.room.browser.get(&format!("/results/{result}")).await;
        assert!(own.expect(200).body.contains("Positive"), "{}", own.body);
        let list = browser.get(&format!("/patients/{id}/diagnoses")).await;
        assert!(list.text("#problems").contains("B50.9") && !list.body.contains("Mild depression"), "{}", list.body);
        let own = sealed.room.browser.get(&format!("/patients/{id}/diagnoses")).await;
        assert!(own.text("#problems").contains("Mild depression") && own.text("#all").contains("Mild depression"));
    }
}
