//! Reading the trail.

use infirmary::access::model::Role;

both! {
    async fn the_trail_is_searched_by_person_and_action(clinic) {
        let admin = clinic.administrator().await;
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        let page = nurse.get("/account").await;
        nurse.submit(&page, "#details", &[("phone", "0801")]).await.expect(303);
        let all = admin.get("/audit").await;
        assert!(all.texts("tbody tr").len() >= 3);
        let found = admin.get("/audit?person=NUR&action=Account+changed").await;
        assert_eq!(found.texts("td[data-label=What]"), ["Account changed"]);
        assert_eq!(found.texts("td[data-label=Who]"), ["nurse (Nurse)"]);
        let entry = admin.get(&found.links("tbody th a")[0]).await;
        assert!(entry.texts("dd").contains(&"nothing → 0801".to_owned()), "{:?}", entry.texts("dd"));
        assert!(admin.get("/audit?person=nobody").await.has(".empty"));
        assert!(admin.get("/audit?from=2026-11-10").await.has(".empty"));
        assert!(!admin.get("/audit?from=2026-11-09&to=2026-11-09").await.has(".empty"));
        admin.get("/audit/999999").await.expect(404);
    }

    async fn the_trail_is_searched_by_a_patients_number(clinic) {
        let admin = clinic.administrator().await;
        clinic.patient_account("CL-0001").await;
        let found = admin.get("/audit?patient=cl-0001").await;
        assert_eq!(found.texts("td[data-label=Record]"), ["CL-0001"]);
        assert!(admin.get("/audit?patient=CL-0002").await.has(".empty"));
    }

    async fn long_trails_are_turned_over(clinic) {
        let admin = clinic.administrator().await;
        for at in 0..60 {
            clinic.patient_account(&format!("p{at}")).await;
        }
        let mut path = "/audit?action=account.opened".to_owned();
        let mut seen = 0;
        loop {
            let page = admin.get(&path).await;
            seen += page.texts("tbody tr").len();
            match page.links("a[rel=next]").pop() {
                Some(next) => path = next,
                None => break,
            }
        }
        assert_eq!(seen, 60);
    }

    async fn the_filtered_trail_is_saved_as_a_file_once(clinic) {
        let admin = clinic.administrator().await;
        clinic.patient_account("=1+1").await;
        let page = admin.get("/audit?action=account").await;
        let file = admin.submit(&page, "#export", &[]).await;
        file.expect(200);
        assert!(file.headers["content-disposition"].to_str().unwrap().contains("audit-trail.csv"));
        let lines: Vec<&str> = file.body.lines().collect();
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[1].contains("account.opened") && lines[1].contains("'=1+1"), "{}", lines[1]);
        admin.submit(&page, "#export", &[]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'audit.exported'").await, 1);
    }

    async fn the_chain_is_checked_on_a_page(clinic) {
        let admin = clinic.administrator().await;
        clinic.run_job("anchor_audit_trail").await;
        let page = admin.get("/audit/check").await;
        assert_eq!(page.text(".notice h2"), "The chain is complete");
        clinic.signed_in("nurse", &[Role::Nurse]).await.get("/audit/check").await.expect(403);
    }
}
