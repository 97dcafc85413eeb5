//! Nobody works on the own prescription (rule A7), by whatever form.

use infirmary::db::sql;

use crate::support::AMOXICILLIN;

both! {
    async fn a7_a_pharmacist_neither_gives_nor_closes_what_was_prescribed_to_themselves(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        clinic.shelf("amoxicillin-500mg-capsule", "AM1", 300, 100).await;
        let page = counter.page().await;
        let (state, fields) = page.form("form.ending", &[]);
        let reason = fields.into_iter().find(|(name, _)| name.starts_with("state_reason_")).unwrap().0;
        sql("update account set own_record_id = $1 where name = 'pharmacist'")
            .bind(counter.room.patient).run(&clinic.app.db).await.unwrap();
        counter.desk.get(&format!("/prescriptions/{}/dispensing", counter.prescription)).await.expect(403);
        counter.desk.submit(&page, "#dispense", &[]).await.expect(403);
        counter.desk.submit(&page, "#query", &[("question", "May I have more?")]).await.expect(403);
        let fields = [("op", "0123456789abcdef"), ("version", "2"), ("move", "pause"), (&reason, "For later")];
        counter.desk.post(&state, &fields).await.expect(403);
        counter.desk.submit(&page, "form.reserve", &[]).await.expect(403);
        assert_eq!(clinic.count("select count(*) from prescription_line where state = 'open' and given = 0").await, 1);
    }
}
