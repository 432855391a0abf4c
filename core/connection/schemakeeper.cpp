// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/connection/schemakeeper.h"

#include <QFileInfo>
#include <QtConcurrentRun>

#include <utility>

namespace slotscope::core {

namespace {

constexpr std::chrono::milliseconds TouchInterval(100);

} // namespace

struct SchemaKeeper::Outcome
{
    quint64 generation = 0;
    Result<Schema> loaded = Schema(); ///< what is in the file
    std::optional<Schema> written; ///< what was written to it
    std::optional<Error> writeError;
};

SchemaKeeper::SchemaKeeper(SlotDirectory *directory, QObject *parent)
    : QObject(parent)
    , m_directory(directory)
{
    m_touched.setSingleShot(true);
    m_touched.setInterval(TouchInterval);
    connect(&m_touched, &QTimer::timeout, this, [this] {
        m_toLoad = true;
        next();
    });
    connect(&m_files, &QFileSystemWatcher::fileChanged, &m_touched, qOverload<>(&QTimer::start));
    connect(&m_files, &QFileSystemWatcher::directoryChanged, &m_touched, qOverload<>(&QTimer::start));
    connect(&m_worker, &QFutureWatcherBase::finished, this, &SchemaKeeper::finished);
    connect(m_directory, &SlotDirectory::schemaEdited, this, [this] {
        if (m_file.isEmpty())
            return;
        m_toSave = true;
        next();
    });
}

SchemaKeeper::~SchemaKeeper()
{
    if (m_job != Job::None) {
        disconnect(&m_worker, nullptr, this, nullptr);
        m_worker.waitForFinished();
        if (m_job == Job::Save && !m_worker.result()->written)
            m_toSave = true;
    }
    if (!m_toSave || m_unreadable)
        return;
    const auto there = loadSchema(m_file);
    if (there)
        saveSchema(rebasedSchema(m_known, m_directory->schema(), *there), m_file);
    else if (there.error().kind == ErrorKind::NotFound)
        saveSchema(m_directory->schema(), m_file);
}

bool SchemaKeeper::isSettled() const
{
    return m_job == Job::None && !m_toLoad && !m_toSave && !m_touched.isActive();
}

void SchemaKeeper::open(const QString &file)
{
    if (file == m_file)
        return;
    if (m_toSave && !m_unreadable && m_job == Job::None)
        saveSchema(m_directory->schema(), m_file);
    ++m_generation;
    m_file = file;
    m_problem.clear();
    m_unreadable = false;
    m_isFirst = true;
    m_known = m_directory->schema();
    m_toSave = false;
    m_toLoad = true;
    next();
    Q_EMIT changed();
}

void SchemaKeeper::watchFile()
{
    // The folder as well: a file that is replaced is another file.
    const QStringList watched = m_files.files() + m_files.directories();
    const QStringList wanted {m_file, QFileInfo(m_file).absolutePath()};
    for (const QString &path : watched) {
        if (!wanted.contains(path))
            m_files.removePath(path);
    }
    for (const QString &path : wanted) {
        if (!watched.contains(path) && QFileInfo::exists(path))
            m_files.addPath(path);
    }
}

void SchemaKeeper::next()
{
    if (m_job != Job::None || (!m_toLoad && !m_toSave))
        return;
    if (std::exchange(m_toLoad, false)) {
        m_job = Job::Load;
        watchFile();
        m_worker.setFuture(QtConcurrent::run([file = m_file, generation = m_generation] {
            auto outcome = std::make_shared<Outcome>();
            outcome->generation = generation;
            outcome->loaded = loadSchema(file);
            return outcome;
        }));
        return;
    }
    m_toSave = false;
    if (m_unreadable) {
        Q_EMIT changed(); // still not kept; problem() says why
        return;
    }
    m_job = Job::Save;
    m_worker.setFuture(QtConcurrent::run(
        [file = m_file, generation = m_generation, known = m_known, mine = m_directory->schema()] {
            auto outcome = std::make_shared<Outcome>();
            outcome->generation = generation;
            outcome->loaded = loadSchema(file);
            const bool isThere = outcome->loaded.hasValue();
            if (isThere ? writeSchema(*outcome->loaded) != writeSchema(known)
                        : outcome->loaded.error().kind != ErrorKind::NotFound)
                return outcome; // somebody else wrote to it; that is looked at first
            if (const auto saved = saveSchema(mine, file))
                outcome->written = mine;
            else
                outcome->writeError = saved.error();
            return outcome;
        }));
}

void SchemaKeeper::finished()
{
    const auto outcome = m_worker.result();
    const Job job = std::exchange(m_job, Job::None);
    if (outcome->generation == m_generation) {
        if (outcome->writeError) {
            m_problem = outcome->writeError->detail; // the next edit tries again
        } else if (outcome->written) {
            m_problem.clear();
            m_known = *outcome->written;
            watchFile();
        } else {
            m_toSave = m_toSave || job == Job::Save;
            takeLoaded(outcome->loaded);
        }
    }
    next();
    if (isSettled())
        Q_EMIT changed();
}

void SchemaKeeper::takeLoaded(const Result<Schema> &loaded)
{
    const bool isFirst = std::exchange(m_isFirst, false);
    const bool wasUnreadable = std::exchange(m_unreadable, false);
    m_problem.clear();
    if (loaded) {
        m_toSave = m_toSave || wasUnreadable; // what was edited meanwhile
        takeTheirs(*loaded);
        return;
    }
    Schema none;
    none.folder = QFileInfo(m_file).absolutePath();
    if (isFirst)
        takeTheirs(none);
    if (loaded.error().kind == ErrorKind::NotFound) {
        m_known = none; // one that goes away later takes nothing with it
    } else {
        m_unreadable = true;
        m_problem = loaded.error().detail;
    }
}

void SchemaKeeper::takeTheirs(const Schema &theirs)
{
    const Schema merged = rebasedSchema(m_known, m_directory->schema(), theirs);
    m_known = theirs;
    const QByteArray text = writeSchema(merged);
    if (text == writeSchema(theirs))
        m_toSave = false;
    if (text != writeSchema(m_directory->schema()) || merged.folder != m_directory->schema().folder)
        m_directory->setSchema(merged);
}

} // namespace slotscope::core
