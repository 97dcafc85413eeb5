//! Who reads a result, and when: the doctor at verification, the patient by the doctor's OK or after the delay (L5).

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::laboratory::model::Tell;
use infirmary::laboratory::to_review;
use infirmary::laboratory::verbs::Refused;
use infirmary::laboratory::verbs::acknowledge::acknowledge;
use infirmary::web::paths;

both! {
    async fn the_doctor_reviews_and_the_patient_reads_by_her_ok(clinic) {
        let lab = clinic.laboratory().await;
        let (_, result) = lab.released(&clinic, "PCV", ("PCV", "30")).await;
        let phone = clinic.phone_of(lab.patient).await;
        assert!(phone.get("/my/results").await.expect(200).has(".empty"));
        phone.get(&format!("/my/results/{result}")).await.expect(404);
        let list = lab.orders.get("/results").await;
        assert!(list.text("#to-review tbody").contains("1 value outside"), "{}", list.body);
        assert_eq!(to_review(&clinic.app.db, lab.doctor, 5).await.unwrap().len(), 1);
        let begin = lab.orders.get(paths::HOME).await;
        assert_eq!(begin.texts(".links strong"), ["1 result waits for you"]);
        let page = lab.orders.get(&format!("/results/{result}")).await;
        lab.orders.submit(&page, "#acknowledge", &[("tell", "")]).await.expect(422);
        lab.orders.submit(&page, "#acknowledge", &[("tell", "now")]).await.expect(303);
        assert!(to_review(&clinic.app.db, lab.doctor, 5).await.unwrap().is_empty());
        assert!(!lab.orders.get(paths::HOME).await.has(".links strong"));
        let list = phone.get("/my/results").await;
        assert!(list.body.contains("How much of your blood is red cells") && list.body.contains("1 value is not as usual"));
        let mine = phone.get(&format!("/my/results/{result}")).await;
        assert!(mine.expect(200).body.contains("A little lower than usual"), "{}", mine.body);
        // Looked at once: a second time nothing waits.
        let again = [("op", "acknowledged-again-01"), ("tell", "now")];
        lab.orders.post(&format!("/results/{result}/acknowledgement"), &again).await.expect(409);
    }

    async fn without_her_ok_the_patient_reads_after_the_clinics_delay(clinic) {
        let lab = clinic.laboratory().await;
        let (_, result) = lab.released(&clinic, "PCV", ("PCV", "40")).await;
        let phone = clinic.phone_of(lab.patient).await;
        clinic.wait_minutes(3 * 24 * 60 - 2);
        let name = format!("phone{}", lab.patient);
        clinic.sign_in(&phone, &name).await;
        phone.get(&format!("/my/results/{result}")).await.expect(404);
        clinic.wait_minutes(3);
        phone.get(&format!("/my/results/{result}")).await.expect(200);
    }

    async fn what_is_told_in_person_never_reaches_the_phone(clinic) {
        let lab = clinic.laboratory().await;
        let (hiv, result) = lab.released(&clinic, "HIV", ("HIV", "Non-reactive")).await;
        let page = lab.orders.get(&format!("/results/{result}")).await;
        assert_eq!(page.texts("input[name=tell]").len(), 1, "there is nothing to choose");
        let forced = [("op", "tell-what-is-not-told-1"), ("tell", "now")];
        lab.orders.post(&format!("/results/{result}/acknowledgement"), &forced).await.expect(422);
        lab.orders.submit(&page, "#acknowledge", &[]).await.expect(303);
        let (_, other) = lab.released(&clinic, "PCV", ("PCV", "40")).await;
        let page = lab.orders.get(&format!("/results/{other}")).await;
        lab.orders.submit(&page, "#acknowledge", &[("tell", "in_person")]).await.expect(303);
        clinic.wait_minutes(60 * 24 * 60);
        let phone = clinic.phone_of(lab.patient).await;
        let list = phone.get("/my/results").await;
        assert!(list.has(".empty") && !list.says("HIV"), "{}", list.body);
        for id in [result, other] {
            phone.get(&format!("/my/results/{id}")).await.expect(404);
        }
        // Not even by a slip of the code: the table refuses it.
        let cheat = sql("update lab_line set patient_at = requested_at where id = $1").bind(hiv).run(&clinic.app.db).await;
        assert!(cheat.unwrap_err().violates("lab_line_in_person"));
    }

    async fn l5_what_a_colleague_keeps_for_a_talk_is_not_let_out_by_a_second_reviewer(clinic) {
        let lab = clinic.laboratory().await;
        let (line, old) = lab.released(&clinic, "PCV", ("PCV", "40")).await;
        let colleague = clinic.signed_in("colleague", &[Role::Doctor]).await;
        colleague.get(&format!("/results/{old}")).await.expect(200);
        let form = lab.bench.get(&format!("/lab/lines/{line}/correction")).await;
        let field = clinic.field("PCV", "PCV").await;
        lab.bench.submit(&form, "#results", &[(&field, "30"), ("reason", "Read from the wrong tube")]).await.expect(303);
        lab.verify(clinic.lines(lab.visit).await[0].3.unwrap()).await.expect(303);
        let new = clinic.result_in(line, "current").await;
        let path = format!("/results/{new}");
        let (page, theirs) = (lab.orders.get(&path).await, colleague.get(&path).await);
        lab.orders.submit(&page, "#acknowledge", &[("tell", "in_person")]).await.expect(303);
        // As if both had pressed at once: what the page asked before the decision no longer counts.
        let mut work = clinic.work_of("colleague").await;
        let refused = acknowledge(&mut work, new, Tell::Now, "").await;
        assert!(matches!(refused, Err(Refused::Because(ref why)) if why.contains("in person only")), "{refused:?}");
        drop(work);
        colleague.submit(&theirs, "#acknowledge", &[("tell", "now")]).await.expect(422);
        let kept = "select count(*) from lab_line where in_person and patient_at is null";
        assert_eq!(clinic.count(kept).await, 1);
        let phone = clinic.phone_of(lab.patient).await;
        phone.get(&format!("/my/results/{new}")).await.expect(404);
        let page = colleague.get(&path).await;
        colleague.submit(&page, "#acknowledge", &[]).await.expect(303);
    }

    async fn results_are_read_by_the_relation_and_each_opening_is_kept(clinic) {
        let lab = clinic.laboratory().await;
        let (_, result) = lab.released(&clinic, "PCV", ("PCV", "40")).await;
        let path = format!("/results/{result}");
        lab.orders.get(&path).await.expect(200);
        let trail = "select count(*) from audit_entry where action = 'lab.result_opened' and subject = 'lab_result'";
        assert_eq!(clinic.count(trail).await, 1);
        let stranger = clinic.signed_in("stranger", &[Role::Doctor]).await;
        sql("update visit set closed_at = opened_at, close_reason = 'left'").run(&clinic.app.db).await.unwrap();
        // She ordered it, so it stays hers; a stranger is led to the record, which asks for a reason.
        lab.orders.get(&path).await.expect(200);
        let away = stranger.get(&path).await;
        assert_eq!(away.expect(303).leads_to().unwrap(), format!("/patients/{}", lab.patient));
        for role in [Role::Receptionist, Role::Cashier, Role::Admin, Role::Pharmacist, Role::LabAttendant] {
            let browser = clinic.signed_in(role.as_str(), &[role]).await;
            browser.get(&path).await.expect(403);
            browser.get(&format!("{path}/print")).await.expect(403);
            browser.get("/results").await.expect(403);
        }
        lab.orders.get("/results/999999").await.expect(404);
        let (other, _) = (clinic.patient("Bola Musa").await, ());
        let phone = clinic.phone_of(other).await;
        sql("update lab_line set patient_at = requested_at").run(&clinic.app.db).await.unwrap();
        phone.get(&format!("/my/results/{result}")).await.expect(404);
    }

    async fn earlier_values_stand_beside_and_as_a_course_with_its_numbers(clinic) {
        let lab = clinic.laboratory().await;
        for value in ["31", "35", "38"] {
            lab.released(&clinic, "PCV", ("PCV", value)).await;
            clinic.wait_minutes(5);
        }
        let last = clinic.result_in(clinic.lines(lab.visit).await[2].0, "current").await;
        let page = lab.orders.get(&format!("/results/{last}")).await;
        assert!(page.text(".values tbody").contains("35 %"), "{}", page.body);
        assert!(page.has("figure.chart svg polyline"));
        assert_eq!(page.texts("figure.chart table tbody tr").len(), 3);
    }

    async fn la1_what_nobody_misses_is_not_asked_for(clinic) {
        let lab = clinic.laboratory().await;
        lab.order(&clinic, &["MP"]).await;
        let sample = lab.collect(&clinic).await[0];
        lab.receive(sample).await;
        let seen = clinic.field("MP", "MP").await;
        let page = lab.bench.get(&format!("/lab/samples/{sample}/results")).await;
        // No parasite has no species.
        lab.bench.submit(&page, "#results", &[(&seen, "Not seen")]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from lab_result where not_done = ''").await, 1);
    }

    async fn la1_a_test_of_which_something_is_missing_is_released_only_when_somebody_said_so_and_names_it(clinic) {
        let lab = clinic.laboratory().await;
        lab.order(&clinic, &["UE"]).await;
        let sample = lab.collect(&clinic).await[0];
        lab.receive(sample).await;
        let names: Vec<String> = sql("select a.name from lab_analyte a join lab_test t on t.id = a.test_id where t.code = 'UE'
            and a.kind <> 'text' order by a.position").scalars(&clinic.app.db).await.unwrap();
        assert!(names.len() > 1, "{names:?}");
        let first: i64 = sql("select a.id from lab_analyte a join lab_test t on t.id = a.test_id where t.code = 'UE'
            order by a.position limit 1").scalar(&clinic.app.db).await.unwrap();
        let path = format!("/lab/samples/{sample}/results");
        let page = lab.bench.get(&path).await;
        let typed = (format!("v{first}"), "140");
        let asked = lab.bench.submit(&page, "#results", &[(&typed.0, typed.1)]).await;
        assert!(asked.expect(422).errors()[0].contains(&names[1]), "{:?}", asked.errors());
        assert_eq!(clinic.count("select count(*) from lab_result").await, 0);
        let tick = asked.attribute("input[type=checkbox]", "name").unwrap();
        lab.bench.submit(&asked, "#results", &[(&tick, "yes")]).await.expect(303);
        lab.verify(sample).await.expect(303);
        let rest = names[1..].join(", ");
        let id: i64 = sql("select id from lab_result").scalar(&clinic.app.db).await.unwrap();
        for path in [format!("/results/{id}"), format!("/results/{id}/print")] {
            let page = lab.orders.get(&path).await;
            assert!(page.expect(200).text("main").contains(&format!("Not done: {rest}")), "{}", page.text("main"));
        }
        assert!(lab.second.get(&format!("/lab/samples/{sample}")).await.text(".not-done").contains(&rest));
    }
}
