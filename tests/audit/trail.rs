//! Reading the trail.

use std::collections::BTreeSet;

use infirmary::access::model::{Role, Roles};
use infirmary::access::{open_patient_account, open_staff_account};
use infirmary::audit::Entry;
use infirmary::db::sql;
use infirmary::work::{Doer, Work};

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

    async fn the_trail_is_taken_away_twenty_times_an_hour_at_most(clinic) {
        let admin = clinic.administrator().await;
        for _ in 0..20 {
            let page = admin.get("/audit?action=account").await;
            admin.submit(&page, "#export", &[]).await.expect(200);
        }
        let page = admin.get("/audit?action=account").await;
        let refused = admin.submit(&page, "#export", &[]).await;
        assert!(refused.expect(429).headers.contains_key("retry-after") && !refused.body.contains("account.opened"));
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'audit.exported'").await, 20);
        clinic.wait_minutes(61);
        clinic.sign_in(&admin, "admin").await;
        let page = admin.get("/audit?action=account").await;
        admin.submit(&page, "#export", &[]).await.expect(200);
    }

    async fn the_file_holds_every_entry_however_many_there_are(clinic) {
        let admin = clinic.administrator().await;
        let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
        let many = (0..10_500_i64).map(|at| Entry::new("thing.changed", "thing", at).with("note", "= 1+1"));
        work.audit_all(many.collect()).await.unwrap();
        work.commit().await.unwrap();
        let page = admin.get("/audit?action=thing.changed").await;
        let file = admin.submit(&page, "#export", &[]).await;
        let lines: Vec<&str> = file.expect(200).body.lines().collect();
        assert_eq!(lines.len(), 10_501);
        let ids: BTreeSet<&str> = lines.iter().skip(1).filter_map(|line| line.split(',').next()).collect();
        assert_eq!(ids.len(), 10_500, "each of them once");
        // What is written while the file is on its way is not in it, nor is the taking away itself.
        let page = admin.get("/audit").await;
        let all = admin.submit(&page, "#export", &[]).await;
        let taken = "select count(*) from audit_entry where action = 'audit.exported'";
        assert_eq!((clinic.count(taken).await, all.body.matches("audit.exported").count()), (2, 1));
    }

    async fn what_is_asked_for_is_written_as_the_list_says_it_or_as_it_is_stored(clinic) {
        let admin = clinic.administrator().await;
        for typed in ["Sign+in+opened", "sign_in.opened", "sign_in", "Sign+in", "sign+in+op", "SIGN_IN.OPENED", "Sign"] {
            let found = admin.get(&format!("/audit?action={typed}")).await;
            assert_eq!(found.texts("td[data-label=What]"), ["Sign in opened"], "{typed}");
        }
        assert!(admin.get("/audit?action=in+opened").await.has(".empty"));
        assert!(admin.get("/audit?action=sign%25+x").await.has(".empty"));
    }

    async fn days_that_cannot_be_are_said(clinic) {
        let admin = clinic.administrator().await;
        let wrong = admin.get("/audit?from=2026-11-10&to=2026-11-09").await;
        assert_eq!(wrong.expect(422).errors(), ["This day is before the first one. Choose the same day or a later one"]);
        assert!(!wrong.has("tbody tr") && !wrong.has(".empty"));
        let wrong = admin.get("/audit?from=2026-02-31&action=sign_in").await;
        assert_eq!(wrong.expect(422).errors(), ["There is no such day. Choose one from the calendar, or leave this empty"]);
        assert_eq!(wrong.attribute("#action", "value").as_deref(), Some("sign_in"));
        admin.submit(&wrong, "#export", &[]).await.expect(422);
        assert!(!clinic.has_entry("audit.exported").await);
    }

    async fn the_chain_is_checked_on_a_page(clinic) {
        let admin = clinic.administrator().await;
        clinic.run_job("anchor_audit_trail").await;
        let page = admin.get("/audit/check").await;
        assert_eq!(page.text(".notice h2"), "The chain is complete");
        clinic.signed_in("nurse", &[Role::Nurse]).await.get("/audit/check").await.expect(403);
    }

    async fn people_are_found_however_their_letters_are_written(clinic) {
        let admin = clinic.administrator().await;
        let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
        let roles = Roles::from_list("nurse");
        let id = open_staff_account(&mut work, "nurse.one", "Ọlá Ṣótúndé", &roles).await.unwrap();
        work.commit().await.unwrap();
        let set = "update account set password_hash = (select a.password_hash from account a where a.sign_in_name = 'admin') where id = $1";
        sql(set).bind(id).run(&clinic.app.db).await.unwrap();
        clinic.sign_in(&clinic.browser(), "nurse.one").await;
        let patient = clinic.patient("Ẹniọlá Ọbí").await;
        let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
        let id = open_patient_account(&mut work, patient, "phone.one", "Ẹniọlá Ọbí").await.unwrap();
        work.commit().await.unwrap();
        sql(set).bind(id).run(&clinic.app.db).await.unwrap();
        clinic.sign_in(&clinic.browser(), "phone.one").await;
        let nurse = ["Ṣótúndé", "ṣót", "SOTUNDE", "ṢÓTÚNDÉ Ọ", "ola sot", "nurse.one"];
        let patient = ["Ẹniọlá", "ẸNI", "eniola obi", "Ọbí", "phone.one"];
        for (typed, who) in nurse.map(|typed| (typed, "Ọlá Ṣótúndé")).into_iter().chain(patient.map(|typed| (typed, "Ẹniọlá Ọbí"))) {
            let found = admin.get(&format!("/audit?person={typed}")).await;
            let people = found.expect(200).texts("td[data-label=Who]");
            assert!(people.len() == 1 && people[0].starts_with(who), "{typed}: {people:?}");
            let file = admin.submit(&found, "#export", &[]).await;
            let lines: Vec<&str> = file.expect(200).body.lines().collect();
            assert!(lines.len() == 2 && lines[1].contains(who), "{typed}: {lines:?}");
        }
        for typed in ["%", "_", "--", "tunde", "ola obi"] {
            assert!(admin.get(&format!("/audit?person={typed}")).await.has(".empty"), "{typed}");
        }
    }
}
