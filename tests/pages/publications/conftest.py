"""The world of publications, for its pages."""

from tests.services.publications.conftest import world as world
