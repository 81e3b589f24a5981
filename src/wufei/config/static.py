"""Where static files are found, and how they are named."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import AppDirectoriesFinder, BaseFinder
from django.core.files.storage import FileSystemStorage
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

from wufei.config.libraries import LIBRARIES


class OwnFinder(AppDirectoriesFinder):
    """Finds the files of our own apps; what third-party apps ship for their admin is not served."""

    def __init__(self, *_arguments: Any, **_options: Any) -> None:
        own = [app.name for app in apps.get_app_configs() if app.name.startswith("wufei.")]
        super().__init__(app_names=own)


class LibraryFinder(BaseFinder):
    """Finds the files of ``LIBRARIES`` in ``node_modules``."""

    def __init__(self, *_arguments: Any, **_options: Any) -> None:
        self.storages = {
            prefix: FileSystemStorage(settings.NODE_MODULES / folder)
            for prefix, folder, _files in LIBRARIES
        }

    def check(self, **_options: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **_options: Any) -> Any:
        for prefix, folder, files in LIBRARIES:
            name = path.removeprefix(f"vendor/{prefix}/")
            if name in files and name != path:
                found = str(settings.NODE_MODULES / folder / name)
                return [found] if find_all else found
        return []

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        for prefix, _folder, files in LIBRARIES:
            storage = self.storages[prefix]
            storage.prefix = f"vendor/{prefix}"  # type: ignore[attr-defined]
            for name in files:
                yield name, storage


class QuickCompressor(Compressor):  # type: ignore[misc]
    """Brotli at a tenth of the time of its highest quality, for files a few percent larger."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        import brotli

        return bytes(brotli.compress(data, quality=6))


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Names carry a hash, in our own modules' imports too; source maps are not served."""

    support_js_module_import_aggregation = True
    patterns = tuple(
        (
            extension,
            tuple(
                rule
                for rule in rules
                if "sourceMappingURL" not in (rule if isinstance(rule, str) else rule[0])
            ),
        )
        for extension, rules in CompressedManifestStaticFilesStorage.patterns
    )

    def create_compressor(self, **options: Any) -> Compressor:
        return QuickCompressor(**options)
