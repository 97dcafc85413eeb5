//! Who reads what somebody wrote: nobody but those who treat, and the patient the advice alone (A1, U30).

use infirmary::access::model::Role;
use infirmary::web::paths;

use crate::support::consultation::press;

/// Words of each part; none of them stands anywhere else.
const INSIDE: [(&str, &str); 5] = [
    ("complaint", "zebracomplaint"),
    ("history", "zebrahistory"),
    ("examination", "zebraexamination"),
    ("assessment", "zebraassessment"),
    ("plan", "zebraplan"),
];
const FOR_PATIENT: [(&str, &str); 2] = [("advice", "lionadvice"), ("follow_up", "lionfollowup")];

both! {
    async fn nobody_else_gets_a_byte_of_a_note(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        let patient = clinic.patient_of(here.visit).await;
        let fields = [&INSIDE[..], &FOR_PATIENT[..], &[("outcome", "referred"), ("outcome_note", "zebraoutcome")]].concat();
        press(&doctor, here.visit, "sign", &fields).await.expect(303);
        press(&doctor, here.visit, "save", &[("complaint", "zebradraft")]).await.expect(303);
        let (note, draft) = (clinic.note_in(here.visit, "signed").await, clinic.note_in(here.visit, "draft").await);
        let (entry, _) = clinic.entry_of(here.visit).await;
        let point = clinic.count("select min(id) from service_point").await;
        let pages = [
            paths::patients::show(patient),
            paths::record::timeline(patient),
            format!("{}?what=note", paths::record::timeline(patient)),
            format!("{}?what=advice", paths::record::timeline(patient)),
            paths::queue::entry(entry),
            format!("/queues/{point}"),
            "/queues".to_owned(),
            "/".to_owned(),
        ];
        let closed = [
            paths::consultation::consult(here.visit),
            paths::consultation::note(note),
            paths::consultation::note(draft),
            paths::consultation::addendum(note),
            paths::consultation::error(note),
            paths::consultation::discard(draft),
            paths::consultation::UNFINISHED.to_owned(),
            paths::consultation::TEMPLATES.to_owned(),
        ];
        for role in [Role::Receptionist, Role::Cashier, Role::Admin, Role::Pharmacist, Role::LabAttendant] {
            let browser = clinic.signed_in(&format!("reads.{}", role.as_str().replace('_', ".")), &[role]).await;
            for path in &pages {
                let seen = browser.get(path).await;
                let found = ["zebra", "lionadvice", "lionfollowup"].into_iter().find(|word| seen.body.contains(word));
                assert_eq!(found, None, "{path} as {role}");
            }
            for path in &closed {
                browser.get(path).await.expect(403);
            }
            browser.post(&paths::consultation::draft(here.visit), &[("complaint", "x")]).await.expect(403);
        }
        assert_eq!(clinic.count("select count(*) from audit_entry where detail like '%zebra%' or detail like '%lion%'").await, 0, "the trail carries no words");
        let timeline = doctor.get(&paths::record::timeline(patient)).await;
        assert!(timeline.body.contains("zebraassessment") && !timeline.body.contains("zebradraft"), "{}", timeline.body);
    }

    async fn the_patient_reads_the_advice_and_nothing_else_of_the_note(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        let phone = clinic.phone_of(clinic.patient_of(here.visit).await).await;
        let fields = [&INSIDE[..], &FOR_PATIENT[..]].concat();
        press(&doctor, here.visit, "save", &fields).await.expect(303);
        let own = [paths::record::MY_RECORD, paths::record::MY_FILE, paths::record::MY_JSON];
        for path in own {
            let seen = phone.get(path).await;
            assert!(!seen.says("zebra") && !seen.says("lion"), "a draft is nobody else's: {path}");
        }
        press(&doctor, here.visit, "sign", &[]).await.expect(303);
        for path in own {
            let seen = phone.get(path).await;
            assert!(seen.body.contains("lionadvice") && seen.body.contains("lionfollowup"), "{path}: {}", seen.body);
            assert!(!seen.says("zebra"), "{path}: {}", seen.body);
        }
        // What was entered in error is withdrawn from the patient's own record.
        let note = clinic.note_in(here.visit, "signed").await;
        let form = doctor.get(&paths::consultation::error(note)).await;
        doctor.submit(&form, "#error", &[("reason", "Another patient")]).await.expect(303);
        assert!(!phone.get(paths::record::MY_RECORD).await.says("lion"));
    }

    async fn a_foreign_patient_asks_for_a_reason_and_garbage_is_not_found(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let (_, stranger) = clinic.doctor_named("Dr Bello").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        press(&doctor, here.visit, "sign", &INSIDE).await.expect(303);
        let note = clinic.note_in(here.visit, "signed").await;
        clinic.ends(here.visit).await;
        let patient = paths::patients::show(clinic.patient_of(here.visit).await);
        for path in [paths::consultation::consult(here.visit), paths::consultation::note(note)] {
            let seen = stranger.get(&path).await;
            assert_eq!(seen.leads_to().as_deref(), Some(patient.as_str()), "{path}");
            assert!(!seen.says("zebra"));
        }
        let sent = [("op", "writes-without-any-relation"), ("complaint", "x"), ("step", "save")];
        let refused = stranger.post(&paths::consultation::consult(here.visit), &sent).await;
        assert!(!refused.expect(409).says("zebra") && refused.body.contains("Your time with this record is over"));
        // Nor by the forms of the note: what is typed is kept, and nothing of the note comes with it.
        let added = [("op", "adds-without-any-relation"), ("history", "Typed by a stranger")];
        let refused = stranger.post(&paths::consultation::addendum(note), &added).await;
        assert_eq!(refused.expect(422).text("#history"), "Typed by a stranger");
        let ended = stranger.post(&paths::consultation::error(note), &[("op", "ends-without-any-relation")]).await;
        for seen in [&refused, ended.expect(422)] {
            assert!(!seen.says("zebra") && seen.body.contains("Your time with this record is over"), "{}", seen.body);
        }
        for path in ["/visits/999999/consultation", "/notes/999999", "/notes/999999/addendum"] {
            doctor.get(path).await.expect(404);
        }
        assert!(clinic.count("select count(*) from audit_entry where action in ('consultation.opened', 'note.opened') and detail like '%clinical%'").await > 0);
    }
}
