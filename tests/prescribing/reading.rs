//! Who reads prescriptions, and what of them.

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::web::paths;

use crate::support::{AMOXICILLIN, Clinic, PARACETAMOL};

const ROLES: [(&str, &[Role]); 4] = [
    ("cashier", &[Role::Cashier]),
    ("front", &[Role::Receptionist]),
    ("root", &[Role::Admin]),
    ("labman", &[Role::LabAttendant]),
];

both! {
    async fn a1_the_pharmacist_finds_a_prescription_by_its_code_and_by_its_patient(clinic) {
        let room = clinic.prescribing_room().await;
        let (prescription, _) = room.prescribed(&clinic, AMOXICILLIN).await;
        let code: String = sql("select code from prescription").scalar(&clinic.app.db).await.unwrap();
        assert!(code.len() >= 28, "at least 128 random bits");
        let pharmacy = clinic.pharmacist().await;
        let found = pharmacy.get(&format!("/prescriptions?q={}", code.to_lowercase())).await;
        assert_eq!(found.leads_to(), Some(paths::prescribing::prescription(prescription)));
        let list = pharmacy.get("/prescriptions?q=ada+obi").await;
        let to = list.links("main table a").into_iter().next().unwrap();
        assert!(pharmacy.get(&to).await.expect(200).body.contains("amoxicillin"));
        // The visit is over: the pharmacy reads it all the same, a doctor without a relation does not.
        clinic.ends(room.visit).await;
        let shown = pharmacy.get(&paths::prescribing::prescription(prescription)).await;
        assert!(shown.expect(200).body.contains("Okoro"));
        let (_, stranger) = clinic.doctor_named("Bello").await;
        let closed = stranger.get(&paths::prescribing::prescription(prescription)).await;
        assert_eq!(closed.leads_to(), Some(paths::patients::show(room.patient)));
    }

    async fn a1_the_pharmacist_reads_no_note_no_condition_and_no_alert_that_is_not_for_everyone(clinic) {
        let room = clinic.prescribing_room().await;
        clinic.entered(room.patient, "condition", "Sickle cell disease").await;
        clinic.entered(room.patient, "alert", "Has fallen twice").await;
        let (prescription, _) = room.prescribed(&clinic, AMOXICILLIN).await;
        let pharmacy = clinic.pharmacist().await;
        for path in [
            paths::prescribing::prescription(prescription),
            paths::prescribing::print(prescription),
            paths::prescribing::of_patient(room.patient),
        ] {
            let seen = pharmacy.get(&path).await;
            seen.expect(200);
            for secret in ["Fever for three days", "Sickle cell", "Has fallen twice"] {
                assert!(!seen.body.contains(secret), "{path} shows {secret}");
            }
        }
        pharmacy.get(&paths::consultation::consult(room.visit)).await.expect(403);
    }

    async fn a1_the_desk_the_cashier_the_administrator_and_the_laboratory_never_receive_a_medicine(clinic) {
        let room = clinic.prescribing_room().await;
        let (prescription, _) = room.prescribed(&clinic, AMOXICILLIN).await;
        for (name, roles) in ROLES {
            let browser = clinic.signed_in(name, roles).await;
            for path in [
                paths::prescribing::prescription(prescription),
                paths::prescribing::print(prescription),
                paths::prescribing::of_patient(room.patient),
                paths::prescribing::MEDICINES.to_owned(),
                paths::prescribing::FIND.to_owned(),
                format!("{}?q=amox", paths::prescribing::OPTIONS),
            ] {
                let seen = browser.get(&path).await;
                assert_eq!(seen.status, 403, "{path} as {name}");
                assert!(!seen.body.to_lowercase().contains("amoxicillin"));
            }
            for path in [paths::patients::show(room.patient), format!("/patients/{}/timeline", room.patient)] {
                let seen = browser.get(&path).await;
                assert!(!seen.body.to_lowercase().contains("amoxicillin"), "{path} as {name}");
            }
        }
        // The control: the doctor does see it there.
        let record = room.desk.get(&paths::patients::show(room.patient)).await;
        assert!(record.body.contains("Prescribed: amoxicillin 500 mg"), "{}", record.body);
        // And the trail names no medicine.
        let told = clinic.count("select count(*) from audit_entry where lower(detail) like '%amoxicillin%'").await;
        assert_eq!(told, 0);
    }

    async fn a5_every_reading_is_in_the_trail(clinic) {
        let room = clinic.prescribing_room().await;
        let (prescription, _) = room.prescribed(&clinic, AMOXICILLIN).await;
        let pharmacy = clinic.pharmacist().await;
        pharmacy.get(&paths::prescribing::prescription(prescription)).await.expect(200);
        pharmacy.get(&paths::prescribing::print(prescription)).await.expect(200);
        let read = clinic
            .count("select count(*) from audit_entry where action in ('prescription.opened', 'prescription.printed')")
            .await;
        assert_eq!(read, 2);
    }

    async fn a7_nobody_reads_the_own_prescription_at_work(clinic) {
        let room = clinic.prescribing_room().await;
        let (prescription, _) = room.prescribed(&clinic, AMOXICILLIN).await;
        let pharmacy = clinic.pharmacist().await;
        sql("update account set own_record_id = $1 where name = 'pharmacist'")
            .bind(room.patient)
            .run(&clinic.app.db)
            .await
            .unwrap();
        pharmacy.get(&paths::prescribing::prescription(prescription)).await.expect(403);
        pharmacy.get(&paths::prescribing::of_patient(room.patient)).await.expect(403);
    }

    async fn the_paper_carries_what_a_prescription_needs(clinic) {
        let room = clinic.prescribing_room().await;
        room.adds(AMOXICILLIN).await;
        room.adds(PARACETAMOL).await;
        room.signs(&[]).await.expect(303);
        sql("update account set licence_number = 'MDCN 40172'").run(&clinic.app.db).await.unwrap();
        let prescription = clinic.signed_in_visit(room.visit).await;
        let paper = room.desk.get(&paths::prescribing::print(prescription)).await;
        let words = paper.expect(200).text("article");
        for part in [
            "Ada Obi",
            "amoxicillin 500 mg capsule",
            "Take 1 capsule by mouth 3 times daily for 5 days.",
            "15 capsules",
            "No known allergies",
            "9 November 2026",
            "7 February 2027",
            "Okoro",
            "licence MDCN 40172",
        ] {
            assert!(words.contains(part), "{part} in {words}");
        }
        assert!(paper.has("article svg.qr path"));
    }

    async fn pt6_the_patient_reads_how_to_take_it_and_takes_it_along(clinic) {
        let room = clinic.prescribing_room().await;
        let (prescription, line) = room.prescribed(&clinic, AMOXICILLIN).await;
        let phone = clinic.phone_of(room.patient).await;
        let mine = phone.get(paths::prescribing::MY_PRESCRIPTIONS).await;
        let words = mine.expect(200).text("main");
        assert!(words.contains("Take 1 capsule by mouth 3 times daily for 5 days."), "{words}");
        assert!(words.contains("Collect it at the pharmacy until 7 February 2027"), "{words}");
        phone.get(&paths::prescribing::prescription(prescription)).await.expect(403);
        let file = phone.get(paths::record::MY_FILE).await;
        assert!(file.expect(200).body.contains("amoxicillin 500 mg capsule"));
        let json = phone.get(paths::record::MY_JSON).await;
        let bundle: serde_json::Value = serde_json::from_str(&json.expect(200).body).unwrap();
        let request = bundle["entry"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| &entry["resource"])
            .find(|resource| resource["resourceType"] == "MedicationRequest")
            .unwrap();
        assert_eq!(request["status"], "active");
        assert_eq!(request["dispenseRequest"]["quantity"]["value"], 15);
        clinic.gives(line, 15).await;
        assert!(phone.get(paths::prescribing::MY_PRESCRIPTIONS).await.body.contains("You have all of it"));
        let (stranger, _) = (clinic.visitor("Nobody Else").await, ());
        let other = clinic.phone_of(stranger).await;
        assert!(!other.get(paths::prescribing::MY_PRESCRIPTIONS).await.body.contains("amoxicillin"));
    }

    async fn another_patients_prescription_is_not_found(clinic) {
        let room = clinic.prescribing_room().await;
        room.prescribed(&clinic, AMOXICILLIN).await;
        for path in ["/prescriptions/999999", "/prescriptions/abc", "/prescriptions/0/print", "/patients/999999/prescriptions"] {
            room.desk.get(path).await.expect(404);
        }
        room.desk.get("/prescriptions/lines/999999/change").await.expect(404);
    }
}

async fn seams(clinic: Clinic) {
    let room = clinic.prescribing_room().await;
    let (_, line) = room.prescribed(&clinic, AMOXICILLIN).await;
    let open = infirmary::prescribing::open_of_visit(&clinic.app.db, room.visit).await.unwrap();
    assert_eq!(open.iter().map(|one| (one.id, one.remaining())).collect::<Vec<_>>(), [(line, 15)]);
    let active = infirmary::prescribing::active(&clinic.app, room.patient).await.unwrap();
    assert_eq!(active.len(), 1);
    clinic.gives(line, 15).await;
    assert_eq!(infirmary::prescribing::open_of_visit(&clinic.app.db, room.visit).await.unwrap().len(), 0);
    clinic.wait_minutes(60 * 24 * 20);
    assert_eq!(infirmary::prescribing::active(&clinic.app, room.patient).await.unwrap().len(), 0);
    assert_eq!(infirmary::prescribing::of_patient(&clinic.app.db, room.patient, 5).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_capabilities_ask_what_is_open_and_what_is_active() {
    seams(Clinic::on_sqlite().await).await;
}
