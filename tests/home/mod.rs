//! The front page of staff: what each person does next.

mod offline;

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::web::paths;

both! {
    async fn an_administrator_sees_what_is_not_finished(clinic) {
        clinic.point("Triage", "triage").await;
        let admin = clinic.administrator().await;
        let page = admin.get(paths::HOME).await;
        assert!(page.text("main").contains("Nothing is waiting for you"), "{}", page.body);

        let bello = clinic.staff("bello", &[Role::Doctor]).await;
        sql("update account set password_hash = null where id = $1").bind(bello).run(&clinic.app.db).await.unwrap();
        sql("insert into display (name, paired_at, seen_at, created_at) values ('Waiting room', $1, $1, $1)")
            .bind(clinic.app.clock.now())
            .run(&clinic.app.db)
            .await
            .unwrap();
        let page = admin.get(paths::HOME).await;
        let todo = page.texts(".links strong");
        assert_eq!(todo, ["1 doctor has no weekly hours", "1 member of staff has no password"]);
        let queries: u32 = page.headers["x-queries"].to_str().unwrap().parse().unwrap();
        assert!(queries <= 6, "{queries}");

        clinic.app.clock.advance(chrono::TimeDelta::minutes(9));
        admin.get(paths::HOME).await.expect(200);
        clinic.app.clock.advance(chrono::TimeDelta::minutes(2));
        assert_eq!(admin.get(paths::HOME).await.texts(".links strong")[0], "1 screen shows nothing");
    }

    async fn others_see_their_station_and_not_the_administrators_list(clinic) {
        clinic.point("Triage", "triage").await;
        clinic.staff("bello", &[Role::Doctor]).await;
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        let page = nurse.get(paths::HOME).await;
        assert!(page.texts(".links strong").is_empty());
        assert!(!page.text("main").contains("Needs an administrator"));
    }
}
