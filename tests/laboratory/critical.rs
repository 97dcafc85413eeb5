//! Critical values: seen by the doctor at once, called about, released only after the value was read back (L4).

use infirmary::db::sql;
use infirmary::laboratory::model::LineState;

both! {
    async fn a_critical_result_is_released_only_by_a_call_with_read_back(clinic) {
        let lab = clinic.laboratory().await;
        let (line, result) = lab.released(&clinic, "PCV", ("PCV", "15")).await;
        assert_eq!(clinic.lines(lab.visit).await[0].1, LineState::Verified);
        // The doctor reads it at once, whether or not somebody has called.
        let shown = lab.orders.get(&format!("/results/{result}")).await;
        assert!(shown.has("#critical") && shown.body.contains("Critically low"), "{}", shown.body);
        let list = lab.bench.get("/lab/worklist").await;
        assert!(list.text("#worklist > .call-back").contains("Packed cell volume"));
        // The table lets nobody release it without a call.
        let cheat = sql("update lab_line set state = 'released' where id = $1").bind(line).run(&clinic.app.db).await;
        assert!(cheat.unwrap_err().violates("lab_line_call_back"));
        let page = lab.bench.get(&format!("/lab/calls/{result}")).await;
        let bare = lab.bench.submit(&page, "#call", &[("told", "")]).await;
        bare.expect(422);
        assert_eq!(bare.errors().len(), 2, "{:?}", bare.errors());
        lab.bench.submit(&page, "#call", &[("outcome", "not_reached")]).await.expect(303);
        assert_eq!(clinic.lines(lab.visit).await[0].1, LineState::Verified);
        let page = lab.bench.get(&format!("/lab/calls/{result}")).await;
        assert!(page.text("#calls").contains("not reached"));
        let reached = [("told", "Dr Okoro"), ("outcome", "reached"), ("note", "Sends her up now")];
        lab.bench.submit(&page, "#call", &reached).await.expect(303);
        assert_eq!(clinic.lines(lab.visit).await[0].1, LineState::Released);
        assert!(!lab.bench.get("/lab/worklist").await.has(".call-back"));
        assert!(lab.orders.get(&format!("/results/{result}")).await.text("#signed").contains("Called: Dr Okoro"));
        // Nothing is left to call about.
        let again = [("op", "call-once-too-often-1"), ("told", "Dr Okoro"), ("means", "phone"), ("outcome", "reached")];
        lab.bench.post(&format!("/lab/calls/{result}"), &again).await.expect(409);
        let cheat = sql("insert into lab_call (result_id, at, account_id, told, means, reached, read_back)
             select id, entered_at, entered_by, 'Dr Okoro', 'phone', $1, $2 from lab_result");
        let cheat = cheat.bind(true).bind(false).run(&clinic.app.db).await;
        assert!(cheat.unwrap_err().violates("lab_call_read_back"));
    }

    async fn a_critical_choice_and_an_unknown_age_are_called_about_as_well(clinic) {
        let lab = clinic.laboratory().await;
        lab.released(&clinic, "MP", ("MP", "4+")).await;
        assert_eq!(clinic.lines(lab.visit).await[0].1, LineState::Verified);
        sql("update patient set born_on = null, sex = 'unknown' where id = $1").bind(lab.patient).run(&clinic.app.db).await.unwrap();
        let line = lab.order(&clinic, &["PCV"]).await[0];
        let sample = *lab.collect(&clinic).await.last().unwrap();
        lab.receive(sample).await;
        let field = clinic.field("PCV", "PCV").await;
        lab.enter(sample, &[(&field, "15")]).await.expect(303);
        lab.verify(sample).await.expect(303);
        let stands = clinic.lines(lab.visit).await;
        assert_eq!(stands.iter().find(|stands| stands.0 == line).unwrap().1, LineState::Verified);
    }
}
