//! Health records of students: made, changed, listed, filtered by the laboratory; every version is kept (LA2).

use infirmary::db::sql;

both! {
    async fn a_record_is_made_changed_and_keeps_its_versions(clinic) {
        let lab = clinic.laboratory().await;
        let student = clinic.student("Bola Musa", "19/52HA007").await;
        let found = lab.bench.get("/lab/health-records?q=bola").await;
        let to = found.links("#people a")[0].clone();
        assert_eq!(to, format!("/patients/{student}/health-record"));
        let page = lab.bench.get(&to).await;
        let odd = [("height", "-3"), ("weight", "1e9"), ("notes", "Wears glasses")];
        let refused = lab.bench.submit(&page, "#record", &odd).await;
        refused.expect(422);
        assert_eq!(refused.errors().len(), 2, "{:?}", refused.errors());
        assert_eq!(refused.attribute("#height", "value").unwrap(), "-3");
        let good = [("blood_group", "O+"), ("genotype", "AS"), ("height", "171.5"), ("weight", "64")];
        lab.bench.submit(&refused, "#record", &good).await.expect(303);
        let page = lab.bench.get(&to).await;
        assert_eq!(page.attribute("#height", "value").unwrap(), "171.5");
        lab.bench.submit(&page, "#record", &[("weight", "65.2")]).await.expect(303);
        let page = lab.bench.get(&to).await;
        assert_eq!(page.texts("#versions tbody tr").len(), 2);
        assert!(page.text("#versions").contains("64.0 kg") && page.text("#versions").contains("65.2 kg"));
        let cheat = sql("update health_record set weight_g = 1000000").run(&clinic.app.db).await.unwrap_err();
        assert!(cheat.violates("health_record_weight"));
        assert_eq!(clinic.count("select count(*) from audit_entry where action like 'health_record.c%'").await, 2);
    }

    async fn of_two_who_save_at_once_the_second_sees_what_the_first_wrote(clinic) {
        let lab = clinic.laboratory().await;
        let to = format!("/patients/{}/health-record", lab.patient);
        let (one, other) = (lab.bench.get(&to).await, lab.second.get(&to).await);
        lab.bench.submit(&one, "#record", &[("weight", "64")]).await.expect(303);
        let late = lab.second.submit(&other, "#record", &[("weight", "70")]).await;
        late.expect(409);
        assert!(late.text("#conflict").contains("64.0") && late.attribute("#weight", "value").unwrap() == "70");
        lab.second.submit(&late, "#record", &[]).await.expect(303);
        assert_eq!(clinic.count("select weight_g from health_record").await, 70_000);
    }

    async fn whoever_is_listed_reads_it_and_nobody_finds_the_own_record_or_a_relatives_there(clinic) {
        let lab = clinic.laboratory().await;
        let (ada, phone) = clinic.someone("Ada Sickle").await;
        let (own, aunt) = (clinic.patient("Ben Own").await, clinic.patient("Chi Aunt").await);
        for patient in [ada, own, aunt] {
            let page = lab.second.get(&format!("/patients/{patient}/health-record")).await;
            lab.second.submit(&page, "#record", &[("genotype", "SS")]).await.expect(303);
        }
        let bench: i64 = clinic.count("select id from account where sign_in_name = 'bench'").await;
        sql("update account set own_record_id = $2 where id = $1").bind(bench).bind(own).run(&clinic.app.db).await.unwrap();
        sql("insert into account_relative (account_id, patient_id, added_by, added_at) values ($1, $2, $1, $3)")
            .bind(bench).bind(aunt).bind(clinic.app.clock.now()).run(&clinic.app.db).await.unwrap();
        let page = lab.bench.get("/lab/health-records?genotype=SS").await;
        assert_eq!(page.expect(200).texts("#records tbody th"), ["Ada Sickle"]);
        assert!(page.queries() <= 6, "{}", page.queries());
        let lines = phone.get("/my/record/openings").await.texts("#openings li");
        assert!(lines[0].contains("bench, ") && lines[0].contains("Read: the health record of the laboratory, in a list"), "{lines:?}");
        let page = lab.second.get("/lab/health-records?genotype=SS").await;
        assert_eq!(page.texts("#records tbody th").len(), 3);
        assert!(page.queries() <= 6, "{}", page.queries());
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'health_record.listed' and patient_id is not null").await, 4);
        // Who is not on the list reads nothing.
        lab.bench.get("/lab/health-records?genotype=AA").await.expect(200);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'health_record.listed'").await, 4);
    }

    async fn the_list_is_filtered_and_for_the_laboratory_only(clinic) {
        let lab = clinic.laboratory().await;
        for (name, group, genotype, weight) in [("Ayo One", "O+", "AA", "60"), ("Bisi Two", "A+", "AS", ""), ("Chi Three", "O+", "AS", "55")] {
            let patient = clinic.patient(name).await;
            let page = lab.bench.get(&format!("/patients/{patient}/health-record")).await;
            let facts = [("blood_group", group), ("genotype", genotype), ("height", "160"), ("weight", weight)];
            lab.bench.submit(&page, "#record", &facts).await.expect(303);
            clinic.wait_minutes(1);
        }
        let names = async |query: &str| lab.bench.get(&format!("/lab/health-records{query}")).await.texts("#records tbody th");
        assert_eq!(names("").await, ["Chi Three", "Bisi Two", "Ayo One"]);
        assert_eq!(names("?blood_group=O%2B").await, ["Chi Three", "Ayo One"]);
        assert_eq!(names("?blood_group=O%2B&genotype=AS").await, ["Chi Three"]);
        assert_eq!(names("?unmeasured=yes").await, ["Bisi Two"]);
        for browser in [&lab.orders, &clinic.receptionist().await] {
            browser.get("/lab/health-records").await.expect(403);
            browser.get(&format!("/patients/{}/health-record", lab.patient)).await.expect(403);
        }
        lab.bench.get("/patients/999999/health-record").await.expect(404);
    }
}
