//! The lines of an import, and the students they may already be.

use super::imports::Checked;
use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::{Details, ImportId, Outcome, PatientId, PatientState};

/// Puts the lines of a check in place of earlier ones, four to a statement.
pub async fn replace(tx: &mut Tx, import: ImportId, lines: &[Checked]) -> Result<(), DbError> {
    sql("delete from student_import_row where import_id = $1").bind(import).run(&mut *tx).await?;
    let mut groups = lines.chunks_exact(4);
    for group in groups.by_ref() {
        let statement = sql("insert into student_import_row
                (import_id, line, outcome, matric_number, name, message, patient_id, payload)
             values ($1, $2, $3, $4, $5, $6, $7, $8), ($1, $9, $10, $11, $12, $13, $14, $15),
                ($1, $16, $17, $18, $19, $20, $21, $22), ($1, $23, $24, $25, $26, $27, $28, $29)")
        .bind(import);
        group.iter().fold(statement, bind_line).run(&mut *tx).await?;
    }
    for line in groups.remainder() {
        let statement = sql("insert into student_import_row
                (import_id, line, outcome, matric_number, name, message, patient_id, payload)
             values ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(import);
        bind_line(statement, line).run(&mut *tx).await?;
    }
    Ok(())
}

fn bind_line(statement: crate::db::Sql, line: &Checked) -> crate::db::Sql {
    statement
        .bind(line.line)
        .bind(line.outcome)
        .bind(&line.matric_number)
        .bind(&line.name)
        .bind(&line.message)
        .bind(line.patient_id)
        .bind(&line.payload)
}

/// One page of lines, of one outcome or of all, after a line.
pub async fn page(
    store: impl Store,
    import: ImportId,
    outcome: Option<Outcome>,
    after: i64,
    limit: i64,
) -> Result<Vec<Checked>, DbError> {
    sql("select line, outcome, matric_number, name, message, patient_id, payload from student_import_row
         where import_id = $1 and (cast($2 as text) is null or outcome = $2) and line > $3 order by line limit $4")
    .bind(import)
    .bind(outcome)
    .bind(after)
    .bind(limit)
    .all(store)
    .await
}

/// A person decided that a line for review is somebody else, and new.
pub async fn decide_new(tx: &mut Tx, import: ImportId, line: i64) -> Result<bool, DbError> {
    let touched =
        sql("update student_import_row set outcome = 'new', message = 'Somebody else, decided by a person',
            patient_id = null where import_id = $1 and line = $2 and outcome = 'review'")
        .bind(import)
        .bind(line)
        .run(&mut *tx)
        .await?;
    if touched == 1 {
        sql("update student_import set rows_review = rows_review - 1, rows_new = rows_new + 1, version = version + 1
             where id = $1 and state = 'checked'")
        .bind(import)
        .run(tx)
        .await?;
    }
    Ok(touched == 1)
}

/// A student as the import compares them.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Existing {
    pub id: PatientId,
    pub number: String,
    pub state: PatientState,
    pub details: Details,
    pub version: i64,
    pub account_id: Option<AccountId>,
}

/// How many matric numbers one look-up takes.
pub const LOOKED_UP: usize = 32;

/// The students with these matric numbers, at most [`LOOKED_UP`] of them.
pub async fn by_matric(store: impl Store, matrics: &[String]) -> Result<Vec<Existing>, DbError> {
    let mut statement = sql("select p.id, p.number, p.state, p.kind, p.family_name, p.given_names, p.sex, p.born_on, p.phone,
            p.email, p.address, p.kin_name, p.kin_relation, p.kin_phone, p.guardian_id, p.matric_number, p.staff_number,
            p.department_id, p.level_id, p.session_id, p.insurance_scheme, p.insurance_number, p.version,
            a.id as account_id
         from patient p left join account a on a.patient_id = p.id
         where p.matric_number in ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
            $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)");
    for at in 0..LOOKED_UP {
        statement = statement.bind(matrics.get(at).map_or("", String::as_str));
    }
    statement.all(store).await
}
