"""Words of allauth's forms that we say in our own way: ids are theirs, the Chinese is ours."""

from django.utils.translation import gettext_noop

ALLAUTH = (
    gettext_noop("Username"),
    gettext_noop("Incorrect code."),
    gettext_noop("Incorrect password."),
    gettext_noop("The username and/or password you specified are not correct."),
    gettext_noop("Use your password"),
    gettext_noop("Use authenticator app or code"),
    gettext_noop("New Password (again)"),
)
