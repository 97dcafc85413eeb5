//! Breaking the glass (ID10, rule A4): reason, password, 60 minutes, one patient, told, reviewed; and sealed records.

use infirmary::access::model::Role;
use infirmary::db::sql;

use crate::support::{AMOXICILLIN, PASSWORD};

both! {
    async fn an_emergency_opens_one_record_for_an_hour_in_red_and_is_told(clinic) {
        let doctor = clinic.doctor().await;
        let colleague = clinic.signed_in("colleague", &[Role::Doctor]).await;
        let (id, phone) = clinic.someone("Ada Obi").await;
        let other = clinic.patient("Ben Obi").await;
        for one in [id, other] {
            clinic.allergic(one, "Peanuts").await;
        }
        let form = doctor.get(&format!("/patients/{id}/emergency")).await;
        assert!(!form.expect(200).body.contains("Peanuts"));
        let refused = doctor.submit(&form, "#emergency", &[("emergency_words", "ok")]).await;
        assert_eq!(refused.expect(422).errors(),
            ["Choose what the emergency is", "Say a little more, so that a colleague understands it"]);
        assert_eq!(refused.text("#emergency_words"), "ok");
        clinic.breaks_the_glass(&doctor, id).await.expect(303);
        let record = doctor.get(&format!("/patients/{id}")).await;
        assert!(record.text("#glass").contains("60 minutes left, until 10:00"), "{}", record.text("#glass"));
        assert!(record.body.contains("Peanuts") && record.queries() <= 6);
        for path in ["/health", "/timeline", "/allergies/new"] {
            assert!(doctor.get(&format!("/patients/{id}{path}")).await.expect(200).has("#glass"), "{path}");
        }
        assert!(!doctor.get(&format!("/patients/{other}")).await.body.contains("Peanuts"), "one patient");
        assert!(!colleague.get(&format!("/patients/{id}")).await.body.contains("Peanuts"), "nobody else");
        // Told to the patient, until it is read; the list of openings keeps it.
        let home = phone.get("/").await;
        assert!(home.text("[id^=emergency-]").contains("doctor opened your record in an emergency"), "{}", home.text("[id^=emergency-]"));
        let mine = phone.get("/my/record").await;
        assert!(mine.text("[id^=emergency-]").contains("Collapsed at the gate") && mine.queries() <= 6 && home.queries() <= 6);
        let list = phone.submitted(&mine, "[id^=emergency-] form", &[]).await;
        assert!(list.texts("#openings li").join(" ").contains("Life or health is in danger now. Collapsed at the gate"));
        assert!(!phone.get("/").await.has("[id^=emergency-]") && !phone.get("/my/record").await.has("[id^=emergency-]"));
        clinic.wait_minutes(14);
        doctor.get("/").await.expect(200);
        clinic.wait_minutes(13);
        let later = doctor.get(&format!("/patients/{id}")).await;
        assert!(later.text("#glass").contains("33 minutes left"), "{}", later.text("#glass"));
        clinic.wait_minutes(33);
        clinic.sign_in(&doctor, "doctor").await;
        let over = doctor.get(&format!("/patients/{id}")).await;
        assert!(!over.body.contains("Peanuts") && !over.has("#glass"), "the hour is over");
    }

    async fn whatever_is_read_in_an_emergency_is_told_to_the_patient_as_read_in_one(clinic) {
        let (id, phone) = clinic.someone("Ada Obi").await;
        let doctor = clinic.doctor().await;
        clinic.breaks_the_glass(&doctor, id).await.expect(303);
        let parts = ["/vitals", "/diagnoses", "/prescriptions", "/timeline"];
        for part in parts {
            doctor.get(&format!("/patients/{id}{part}")).await.expect(200);
        }
        let lines = phone.get("/my/record/openings").await.texts("#openings li");
        let read: Vec<_> = lines.iter().filter(|line| line.contains("Read") && !line.contains("nothing about your health")).collect();
        assert!(read.len() >= parts.len(), "{lines:?}");
        for line in read {
            assert!(line.contains("emergency") && !line.contains("Work at the clinic"), "{line}");
        }
    }

    async fn an_emergency_asks_for_the_password_again_and_a_double_press_opens_once(clinic) {
        let doctor = clinic.doctor().await;
        let id = clinic.patient("Ada Obi").await;
        clinic.wait_minutes(6);
        let asked = clinic.breaks_the_glass(&doctor, id).await;
        assert!(asked.expect(401).body.contains("password_confirmation"));
        let wrong = doctor.submit(&asked, "main form", &[("password_confirmation", "not it")]).await;
        wrong.expect(422);
        assert_eq!(clinic.count("select count(*) from record_opening").await, 0);
        for _ in 0..2 {
            doctor.submit(&asked, "main form", &[("password_confirmation", PASSWORD)]).await.expect(303);
        }
        assert_eq!(clinic.count("select count(*) from record_opening where kind = 'emergency'").await, 1);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'record.opened_in_emergency'").await, 1);
        let again = doctor.get(&format!("/patients/{id}/emergency")).await;
        assert_eq!(again.leads_to(), Some(format!("/patients/{id}")), "what is open needs no glass broken");
    }

    async fn an_emergency_is_not_for_roles_without_clinical_content_nor_for_the_own_record(clinic) {
        let id = clinic.patient("Ada Obi").await;
        for (name, role) in [("desk", Role::Receptionist), ("cash", Role::Cashier), ("lab", Role::LabAttendant),
            ("pharm", Role::Pharmacist), ("admin", Role::Admin)] {
            let browser = clinic.signed_in(name, &[role]).await;
            browser.get(&format!("/patients/{id}/emergency")).await.expect(403);
            let fields = [("emergency_reason", "danger"), ("emergency_words", "Collapsed"), ("op", "0123456789abcdef")];
            browser.post(&format!("/patients/{id}/emergency"), &fields).await.expect(403);
        }
        let doctor = clinic.doctor().await;
        sql("update account set own_record_id = $1 where sign_in_name = 'doctor'").bind(id).run(&clinic.app.db).await.unwrap();
        doctor.get(&format!("/patients/{id}/emergency")).await.expect(403);
        doctor.get("/patients/999999/emergency").await.expect(404);
        assert_eq!(clinic.count("select count(*) from record_opening").await, 0);
    }

    async fn an_emergency_is_reviewed_once_by_somebody_else_and_overdue_after_seven_days(clinic) {
        let both = clinic.signed_in("both", &[Role::Doctor, Role::Admin]).await;
        let id = clinic.patient("Ada Obi").await;
        clinic.allergic(id, "Peanuts").await;
        clinic.breaks_the_glass(&both, id).await.expect(303);
        both.get(&format!("/patients/{id}/health")).await.expect(200);
        let opening = clinic.count("select id from record_opening").await;
        let path = format!("/emergency-openings/{opening}");
        let own = both.get(&path).await;
        assert!(own.expect(200).body.contains("your own emergency") && !own.has("#review"));
        both.post(&path, &[("op", "0123456789abcdef"), ("verdict", "justified"), ("words", "I was there")]).await.expect(403);
        let admin = clinic.administrator().await;
        let home = admin.get("/").await;
        assert!(home.body.contains("1 emergency opening of a record waits for a review"), "{}", home.body);
        let list = admin.get("/emergency-openings").await;
        assert!(list.expect(200).text("#waiting tbody").contains("7 days left"), "{}", list.text("#waiting tbody"));
        let page = admin.get(&path).await;
        assert!(page.text("#opened").contains("Read: the health part") && !page.body.contains("Peanuts") && page.queries() <= 6);
        let refused = admin.submit(&page, "#review", &[("words", "ok")]).await;
        assert_eq!(refused.expect(422).errors(), ["Choose what you found", "Say a little more, so that a colleague understands it"]);
        clinic.wait_minutes(8 * 24 * 60);
        clinic.sign_in(&admin, "admin").await;
        let list = admin.get("/emergency-openings").await;
        assert!(list.text("#waiting tbody").contains("Overdue since 1 day"), "{}", list.text("#waiting tbody"));
        assert!(admin.get("/").await.body.contains("Overdue"));
        let verdict = [("verdict", "justified"), ("words", "The ambulance log agrees")];
        admin.submit(&page, "#review", &verdict).await.expect(303);
        admin.submit(&page, "#review", &verdict).await.expect(303);
        let second = admin.submit(&page, "#review", &[("verdict", "unclear"), ("words", "Another look"), ("op", "0123456789abcdef")]).await;
        second.expect(409);
        let list = admin.get("/emergency-openings").await;
        assert!(list.has("#waiting .empty") && list.text("#done tbody").contains("It was justified"));
        assert!(admin.get(&path).await.text("#verdict").contains("The ambulance log agrees"));
        let error = sql("insert into record_opening_review (opening_id, verdict, words, reviewed_by, reviewed_name, reviewed_at)
             select id, 'justified', 'I was there', account_id, 'x', opened_at from record_opening")
            .run(&clinic.app.db).await.unwrap_err();
        assert!(error.violates("record_opening_review_own"), "{error}");
        for (path, status) in [("/emergency-openings/999999", 404), ("/emergency-openings/x", 404)] {
            admin.get(path).await.expect(status);
        }
        clinic.doctor().await.get("/emergency-openings").await.expect(403);
    }

    async fn a_sealed_record_opens_to_who_treats_and_in_an_emergency_only(clinic) {
        let admin = clinic.administrator().await;
        let doctor = clinic.doctor().await;
        let me: infirmary::access::model::AccountId =
            sql("select id from account where sign_in_name = 'doctor'").scalar(&clinic.app.db).await.unwrap();
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        let id = clinic.treated("Ada Obi").await;
        clinic.allergic(id, "Peanuts").await;
        clinic.entered(id, "condition", "Asthma").await;
        let path = format!("/patients/{id}");
        let health = format!("{path}/health");
        assert!(nurse.get(&health).await.expect(200).body.contains("Asthma"), "open before");
        let form = admin.get(&format!("{path}/seal")).await;
        assert!(!form.expect(200).body.contains("Peanuts"));
        assert_eq!(admin.submit(&form, "#seal", &[]).await.expect(422).errors(), ["Enter the reason"]);
        admin.submit(&form, "#seal", &[("reason", "Child of a member of staff")]).await.expect(303);
        admin.submit(&form, "#seal", &[("reason", "Once more"), ("op", "0123456789abcdef")]).await.expect(409);
        let closed = nurse.get(&path).await;
        assert!(closed.has("#sealed") && !closed.has("#opening") && !closed.body.contains("Asthma"));
        nurse.get(&health).await.expect(303);
        let reason = [("op", "0123456789abcdef"), ("opening_reason", "contact"), ("opening_words", "She called me")];
        nurse.post(&format!("{path}/openings"), &reason).await.expect(303);
        assert!(nurse.get(&path).await.has("#sealed"), "a reason does not open it");
        let typed = nurse.post(&format!("{path}/clinical"), &[("op", "0123456789abcdeg"), ("version", "1"), ("allergies_told", "my words")]).await;
        assert_eq!(typed.expect(422).text("#allergies_told"), "my words");
        clinic.booking(id, me, 60).await;
        assert!(doctor.get(&health).await.expect(200).body.contains("Asthma"), "who treats reads");
        clinic.breaks_the_glass(&nurse, id).await.expect(303);
        assert!(nurse.get(&path).await.has("#glass"));
        let form = admin.get(&format!("{path}/seal")).await;
        assert!(form.text("#held").contains("Child of a member of staff"));
        admin.submit(&form, "#seal", &[("reason", "Asked for it")]).await.expect(303);
        let second = clinic.signed_in("second", &[Role::Nurse]).await;
        assert!(second.get(&health).await.expect(200).body.contains("Asthma"), "open again");
        second.get(&format!("{path}/seal")).await.expect(403);
        assert_eq!(clinic.count("select count(*) from audit_entry where action in ('record.sealed', 'record.unsealed')").await, 2);
        sql("update record_seal set reason = 'Something else'").run(&clinic.app.db).await.unwrap_err();
        sql("delete from record_seal").run(&clinic.app.db).await.unwrap_err();
    }

    async fn a_seal_hides_no_allergy_and_no_medicine_from_those_who_treat_the_patient_today(clinic) {
        let room = clinic.prescribing_room().await;
        let id = room.patient;
        room.prescribed(&clinic, AMOXICILLIN).await;
        clinic.allergic(id, "Peanuts").await;
        clinic.entered(id, "condition", "Asthma").await;
        clinic.entered(id, "genotype", "AS").await;
        let admin = clinic.administrator().await;
        let form = admin.get(&format!("/patients/{id}/seal")).await;
        admin.submit(&form, "#seal", &[("reason", "Asked for it")]).await.expect(303);
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        let path = format!("/patients/{id}");
        for page in [nurse.get(&path).await, nurse.get(&format!("{path}/timeline")).await] {
            let alerts = page.expect(200).text(".patient #alerts");
            assert!(alerts.contains("Peanuts") && alerts.contains("Takes amoxicillin 500 mg capsule: Take 1 capsule"), "{alerts}");
            for word in ["Asthma", "Fever for three days", "(tested)"] {
                assert!(!page.body.contains(word), "{word}");
            }
        }
        assert_eq!(nurse.get(&format!("{path}/health")).await.leads_to(), Some(path.clone()));
        for role in [Role::Receptionist, Role::Cashier] {
            let desk = clinic.signed_in(role.as_str(), &[role]).await;
            let page = desk.get(&path).await;
            assert!(!page.body.contains("Peanuts") && !page.body.contains("amoxicillin"), "{role:?}");
        }
        let phone = clinic.phone_of(id).await;
        let read = phone.get("/my/record/openings").await.texts("#openings li").join("; ");
        assert!(read.contains("allergies, pregnancy and medicines, nothing else"), "{read}");
        sql("update visit set closed_at = opened_at, close_reason = 'left'").run(&clinic.app.db).await.unwrap();
        let page = nurse.get(&path).await;
        assert!(page.has("#sealed") && !page.body.contains("Peanuts") && !page.body.contains("amoxicillin"), "only while she is here");
    }

    async fn what_misses_is_said_before_the_password_is_asked_for(clinic) {
        let doctor = clinic.doctor().await;
        let id = clinic.patient("Ada Obi").await;
        let form = doctor.get(&format!("/patients/{id}/emergency")).await;
        clinic.wait_minutes(6);
        let empty = doctor.submit(&form, "#emergency", &[]).await;
        assert_eq!(empty.expect(422).errors(), ["Choose what the emergency is", "Say in a few words what happened"]);
        let whole = clinic.breaks_the_glass(&doctor, id).await;
        assert_eq!(whole.expect(401).heading(), "Confirm it is you");
        assert!(!whole.body.contains("who can do what") && whole.body.contains("takes your password again"));
        assert_eq!(clinic.count("select count(*) from record_opening").await, 0);
    }
}
