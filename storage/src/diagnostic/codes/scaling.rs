//! WH09, what a model may use.

codes! {
    NO_LIMIT = "WH0901", "a limit of a model cannot be had on this target",
        "whale.toml says what a model may use of an engine, and this server, or the user of the URL, cannot make it hold. Nothing of the plan is carried out, since nobody is to believe in a limit that does not hold. Change the server or the user's rights as said, or take the setting out of whale.toml for this deployment. docs/scaling.md says what each setting needs.";
    NOTHING_TO_LIMIT = "WH0902", "limits are set where a model has nothing",
        "A table [models.NAME.scaling.ENGINE] sets limits in an engine in which the model's plugin defines no object. There the model has no role, and nothing would hold them. Take the table out, or name the engine that is meant.";
    NO_OWN_LIMIT = "WH0903", "a limit of the host's own connections cannot be had on this target",
        "[targets.ENGINE.session] of whale.toml says what each connection of whale-host may use of a server, and this server, or the user of the URL, does not let it be set. Nothing is carried out without it. Give the user the right that the message names, or take the key out; what holds then is what the server has. docs/settings.md says what each key needs.";
}
