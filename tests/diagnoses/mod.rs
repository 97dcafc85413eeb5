mod import;
mod lists;
mod page;
mod signed;
