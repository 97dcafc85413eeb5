//! A patient's own details.

use infirmary::db::sql;

both! {
    async fn a_patient_sees_and_keeps_the_own_details(clinic) {
        let ada = clinic.student("Ada Obi", "19/52HA001").await;
        let browser = clinic.signed_in_patient(ada, "19/52ha001").await;
        let page = browser.get("/my/details").await;
        assert!(page.expect(200).text("dl.summary").contains("19/52HA001"));
        let older = browser.get("/my/details").await;
        let refused = browser.submit(&page, "#details", &[("phone", "abc"), ("allergies_told", "nuts")]).await;
        assert_eq!(refused.expect(422).errors().len(), 1);
        assert!(refused.text("#allergies_told").contains("nuts"));
        // Fields that are not theirs are not taken, whatever is sent.
        let fields = &[("phone", "0803 123 4567"), ("kin_name", "Mama"), ("allergies_told", "nuts"), ("family_name", "Boss"),
            ("blood_group", "O+"), ("matric_number", "19/52HA999"), ("state", "deactivated")];
        let done = browser.submitted(&page, "#details", fields).await;
        assert!(done.body.contains("Your details are saved"));
        assert_eq!(done.attribute("#phone", "value").as_deref(), Some("0803 123 4567"));
        assert_eq!(clinic.count("select count(*) from patient where family_name = 'Obi' and blood_group = ''
            and matric_number = '19/52HA001' and allergies_told = 'nuts' and phone_digits = '08031234567' and version = 3").await, 1);
        assert_eq!(clinic.count("select count(*) from audit_entry where role = 'patient' and action in
            ('patient.edited', 'patient.clinical_edited')").await, 2);
        assert_eq!(clinic.count("select count(*) from audit_entry where detail like '%nuts%'").await, 0);
        // An old window: the desk's and the own changes since are shown, the own text stays.
        let stale = browser.submit(&older, "#details", &[("phone", ""), ("allergies_told", "dust")]).await;
        let told = stale.expect(409).text("#meanwhile");
        assert!(told.contains("allergies: nothing → nuts") && told.contains("phone: nothing → 0803 123 4567"), "{told}");
        assert!(stale.text("#allergies_told").contains("dust"));
        browser.submit(&stale, "#details", &[]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from patient where allergies_told = 'dust'").await, 1);
    }

    async fn what_was_told_at_registration_is_no_finding(clinic) {
        let ada = clinic.student("Ada Obi", "19/52HA001").await;
        sql("update patient set blood_group = 'A+', genotype = 'AS' where id = $1").bind(ada).run(&clinic.app.db).await.unwrap();
        let page = clinic.signed_in_patient(ada, "19/52ha001").await.get("/my/details").await;
        let facts = page.text("dl.summary");
        assert!(facts.contains("A+, as told at registration") && facts.contains("AS, as told at registration"), "{facts}");
    }

    async fn own_pages_belong_to_patients(clinic) {
        let desk = clinic.receptionist().await;
        for path in ["/my/details", "/my/card"] {
            desk.get(path).await.expect(403);
            assert!(clinic.browser().get(path).await.leads_to().unwrap().starts_with("/sign-in"));
        }
        desk.post("/my/details", &[("op", &"c".repeat(32))]).await.expect(403);
    }
}
