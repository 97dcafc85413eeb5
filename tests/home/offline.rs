//! What a phone may keep for when there is no network (experience M7).

use infirmary::access::model::Role;
use infirmary::web::paths;

both! {
    async fn the_saved_copy_holds_the_own_card_and_the_next_appointment_and_nothing_clinical(clinic) {
        let ada = clinic.student("Ada Obi", "19/52HA001").await;
        clinic.told(ada).await;
        let doctor = clinic.consultant("Nwosu").await;
        let booking = clinic.booking(ada, doctor, 24 * 60).await;
        infirmary::db::sql("update appointment set complaint = 'a private complaint' where id = $1")
            .bind(booking).run(&clinic.app.db).await.unwrap();
        let phone = clinic.signed_in_patient(ada, "19/52ha001").await;
        let copy = phone.get(paths::MY_SAVED).await;
        assert!(copy.expect(200).body.contains("Saved copy from") && copy.text("time").starts_with("9am"));
        assert_eq!(copy.text(".card .name"), "Ada Obi");
        assert!(copy.has("svg.qr") && copy.text("#appointment").contains("Tuesday 10 November 2026"));
        for word in ["penicillin", "asthma", "private complaint", "Reason"] {
            assert!(!copy.body.contains(word), "{word}");
        }
        let queries: u32 = copy.headers["x-queries"].to_str().unwrap().parse().unwrap();
        assert!(queries <= 6, "{queries}");
        let without = clinic.someone("Ben Obi").await.1.get(paths::MY_SAVED).await;
        assert!(without.expect(200).text("#appointment").contains("no appointment"));
        clinic.signed_in("nurse", &[Role::Nurse]).await.get(paths::MY_SAVED).await.expect(403);
        clinic.browser().get(paths::MY_SAVED).await.expect(303);
    }

    async fn the_worker_and_the_offline_page_are_open_to_all_and_keep_the_policy(clinic) {
        let browser = clinic.browser();
        let worker = browser.get(paths::WORKER).await;
        worker.expect(200);
        assert_eq!(worker.headers["content-type"], "text/javascript");
        assert_eq!(worker.headers["cache-control"], "no-cache");
        assert!(worker.headers["content-security-policy"].to_str().unwrap().contains("script-src 'self'"));
        for path in [paths::MY_SAVED, paths::OFFLINE] {
            assert!(worker.body.contains(&format!("\"{path}\"")), "{path}");
        }
        let page = browser.get(paths::OFFLINE).await;
        assert_eq!(page.expect(200).heading(), "No connection");
        assert!(!page.headers.contains_key("set-cookie"));
    }

    async fn only_patients_pages_bring_the_worker_and_signing_out_clears_what_is_kept(clinic) {
        let (_, phone) = clinic.someone("Ada Obi").await;
        let script = "script[src$='js/offline.js']";
        assert!(phone.get("/").await.has(script));
        assert!(!clinic.receptionist().await.get("/").await.has(script));
        assert!(!clinic.browser().get("/sign-in").await.has(script));
        let out = phone.post("/sign-out", &[]).await;
        assert_eq!(out.headers["clear-site-data"], "\"cache\", \"storage\"");
    }
}
