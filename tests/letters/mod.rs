mod check;
mod issue;
mod mine;
