//! Who may, and what the prescriber is asked.

use infirmary::access::model::Role;

use crate::support::AMOXICILLIN;

both! {
    async fn only_pharmacists_give_out_and_unknown_ids_are_not_there(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        let path = format!("/prescriptions/{}/dispensing", counter.prescription);
        for role in [Role::Admin, Role::Cashier, Role::Receptionist, Role::LabAttendant, Role::Nurse, Role::Doctor] {
            let browser = clinic.signed_in(role.as_str(), &[role]).await;
            for path in [path.as_str(), "/pharmacy", "/pharmacy/register", "/pharmacy/given"] {
                browser.get(path).await.expect(403);
            }
        }
        for path in ["/prescriptions/999999/dispensing", "/dispensings/999999", "/dispensings/x", "/dispensings/999999/slip"] {
            counter.desk.get(path).await.expect(404);
        }
        counter.room.desk.get("/dispensings/999999").await.expect(404);
    }

    async fn the_pharmacist_sees_allergies_and_the_reason_against_a_warning_and_no_note(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        let page = counter.page().await;
        assert!(page.body.contains("No known allergies"), "{}", page.text("main"));
        assert!(!page.body.contains("Fever for three days"), "the note stays with those who treat");
        assert!(page.queries() <= 15, "{}", page.queries());
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'prescription.opened'").await, 1);
    }

    async fn a_question_waits_for_its_prescriber_and_is_answered_once(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        let page = counter.page().await;
        assert_eq!(counter.desk.submit(&page, "#query", &[("question", "Eh")]).await.expect(422).errors(),
            ["Say a little more, so that a colleague understands it"]);
        counter.desk.submit(&page, "#query", &[("question", "Is the weight right?")]).await.expect(303);
        assert!(counter.desk.get("/pharmacy").await.body.contains("Prescriber asked"));
        let colleague = clinic.signed_in("colleague", &[Role::Doctor]).await;
        assert!(colleague.get("/pharmacy/messages").await.has(".empty"), "asked was somebody else");
        let asked = counter.room.desk.get("/pharmacy/messages").await;
        assert!(asked.text(".rx-lines").contains("Is the weight right?"));
        assert_eq!(counter.room.desk.submit(&asked, ".rx-lines form", &[("answer", "")]).await.expect(422).errors(), ["Write your answer"]);
        let (action, _) = asked.form(".rx-lines form", &[]);
        colleague.post(&action, &[("answer", "Yes it is"), ("op", "0123456789abcdef")]).await.expect(404);
        counter.room.desk.submit(&asked, ".rx-lines form", &[("answer", "Yes, 64 kg")]).await.expect(303);
        assert!(counter.page().await.body.contains("Yes, 64 kg"));
        let late = counter.room.desk.get("/pharmacy/messages").await;
        assert!(late.has(".empty"));
    }
}
