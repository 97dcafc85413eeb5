mod doing;
mod offers;
