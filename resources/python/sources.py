# SPDX-License-Identifier: GPL-3.0-or-later
#
# Finds table declarations in Python source by reading its syntax tree. Nothing of what is read is ever imported or run.
# Run as: python3 -I -S - PATH… with sources.py, names.py and tables.py, in this order, on standard input; writes one
# JSON object. This part finds the files and parses them.
import ast
import io
import json
import os
import re
import stat
import sys
import uuid
import warnings
import zipfile

LARGEST_FILE = 4 * 1024 * 1024
LARGEST_TOTAL = 128 * 1024 * 1024
MOST_FILES = 20000
MOST_PROBLEMS = 1000
MEMORY = 3 * 1024 * 1024 * 1024
SKIPPED_FOLDERS = {'__pycache__', 'node_modules'}


class Problems:
    """What could not be read or followed, with its place."""

    def __init__(self):
        self.list = []
        self.more = 0
        self._seen = set()

    def add(self, file, line, text):
        key = (file, line, text)
        if key in self._seen:
            return
        self._seen.add(key)
        if len(self.list) < MOST_PROBLEMS:
            self.list.append({'file': file, 'line': line, 'text': text})
        else:
            self.more += 1


def shown(path):
    """A path as text that can be written as JSON, whatever bytes are in it."""
    return os.fsencode(path).decode('utf-8', 'replace')


class Source:
    """One file: its place for people, its module name, and its text as bytes."""

    def __init__(self, file, module, is_package, data):
        self.file = file
        self.module = module
        self.is_package = is_package
        self.data = data


class Sources:
    """Collects the files under the given paths."""

    def __init__(self, problems):
        self.problems = problems
        self.found = []
        self.yaml = []
        self._known = set()
        self._total = 0
        self._full = False

    def add_path(self, path):
        path = path.rstrip('/') or '/'
        try:
            status = os.stat(path)
        except OSError as error:
            self.problems.add(shown(path), 0, 'cannot be read: ' + (error.strerror or str(error)))
            return
        if stat.S_ISDIR(status.st_mode):
            self._add_folder(path)
        elif not stat.S_ISREG(status.st_mode):
            self.problems.add(shown(path), 0, 'is neither a file nor a folder')
        elif path.lower().endswith(('.whl', '.zip', '.egg')):
            self._add_archive(path)
        else:
            self._add_file(path, os.path.basename(path))

    def _add_folder(self, root):
        visited = set()
        python_files = []
        for folder, folders, files in os.walk(root, followlinks=True, onerror=self._folder_error):
            try:
                status = os.stat(folder)
            except OSError:
                folders[:] = []
                continue
            if (status.st_dev, status.st_ino) in visited or os.path.exists(os.path.join(folder, 'pyvenv.cfg')):
                folders[:] = []
                continue
            visited.add((status.st_dev, status.st_ino))
            folders[:] = sorted(name for name in folders
                                if not name.startswith('.') and name not in SKIPPED_FOLDERS)
            for name in sorted(files):
                path = os.path.join(folder, name)
                if name.endswith(('.py', '.pyw')):
                    python_files.append(path)
                elif name.endswith(('.yaml', '.yml')) and os.path.isfile(path):
                    self.yaml.append(path)
        for path in sorted(python_files):
            self._add_file(path, os.path.relpath(path, root))

    def _folder_error(self, error):
        self.problems.add(shown(error.filename or ''), 0, 'cannot be read: ' + (error.strerror or str(error)))

    def _has_room(self, file, size):
        if self._full:
            return False
        if size > LARGEST_FILE:
            self.problems.add(file, 0, 'is larger than 4 MiB and was not read')
            return False
        if self._total + size > LARGEST_TOTAL or len(self.found) >= MOST_FILES:
            self._full = True
            self.problems.add(file, 0, 'there are too many files; this one and what follows was not read')
            return False
        self._total += size
        return True

    def _add_file(self, path, relative):
        file = shown(relative)
        try:
            status = os.stat(path)
            real = os.path.realpath(path)
            if real in self._known or not stat.S_ISREG(status.st_mode):
                return
            self._known.add(real)
            if not self._has_room(file, status.st_size):
                return
            with open(path, 'rb') as stream:
                data = stream.read(LARGEST_FILE + 1)
        except OSError as error:
            self.problems.add(file, 0, 'cannot be read: ' + (error.strerror or str(error)))
            return
        module, is_package = self._module_name(os.path.abspath(path))
        self.found.append(Source(file, module, is_package, data))

    @staticmethod
    def _module_name(path):
        # The folders above that are packages.
        name = os.path.splitext(os.path.basename(path))[0]
        is_package = name == '__init__'
        parts = [] if is_package else [name]
        folder = os.path.dirname(path)
        while os.path.isfile(os.path.join(folder, '__init__.py')) and len(parts) < 50:
            parts.insert(0, os.path.basename(folder))
            folder = os.path.dirname(folder)
        return shown('.'.join(parts) or name), is_package

    def _add_archive(self, path):
        name = shown(os.path.basename(path))
        try:
            with zipfile.ZipFile(path) as archive:
                members = sorted(archive.infolist(), key=lambda info: info.filename)
                for info in members:
                    if info.filename.endswith('.py'):
                        self._add_member(archive, info, name)
        except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            self.problems.add(name, 0, 'is no archive that can be read: %s' % error)

    def _add_member(self, archive, info, name):
        file = name + '/' + shown(info.filename)
        if not self._has_room(file, info.file_size):
            return
        try:
            with archive.open(info) as stream:
                data = stream.read(LARGEST_FILE + 1)  # whatever the archive says of its size
        except Exception as error:  # damaged, encrypted, of an unknown method: zlib, zipfile and struct have many words
            self.problems.add(file, 0, 'cannot be unpacked: %s' % error)
            return
        parts = info.filename[:-3].split('/')
        is_package = parts[-1] == '__init__'
        if is_package:
            parts.pop()
        self.found.append(Source(file, '.'.join(parts), is_package, data))


def parse(source, problems):
    """The syntax tree, or None and a problem."""
    if len(source.data) > LARGEST_FILE:
        problems.add(source.file, 0, 'is larger than 4 MiB and was not read')
        return None
    try:
        return ast.parse(source.data, filename='<source>')
    except SyntaxError as error:
        text = 'is no Python that this Python %d.%d understands: %s' % (sys.version_info[:2] + (error.msg,))
        problems.add(source.file, error.lineno or 0, text)
    except RecursionError:
        problems.add(source.file, 0, 'is nested too deeply')
    except MemoryError:
        problems.add(source.file, 0, 'is too large or nested too deeply')
    except ValueError as error:
        problems.add(source.file, 0, 'is no Python: %s' % error)
    return None
