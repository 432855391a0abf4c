// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/connection/connection.h"
#include "tests/support/memoryconnection.h"

#include <QSignalSpy>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

QByteArray readFile(const QString &name)
{
    QFile file(name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void writeFile(const QString &name, const QByteArray &bytes)
{
    QFile file(name);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
}

Schema pinned(quint16 slot, const char *value)
{
    Schema schema;
    schema.tables[TableId::ofSlot(Slot(slot))].pin(SchemaProperty::ValueType, QString::fromLatin1(value));
    return schema;
}

QString valueType(const Schema &schema, quint16 slot)
{
    const TableSchema *table = schema.find(TableId::ofSlot(Slot(slot)));
    return table ? table->text(SchemaProperty::ValueType) : QString();
}

} // namespace

class TestSchemaKeeper : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<MemoryEtcd> m_etcd;
    std::unique_ptr<MemoryClient> m_memory;
    std::unique_ptr<SlotDirectory> m_directory;
    std::unique_ptr<SchemaKeeper> m_keeper;
    QString m_file;

    QString inDirectory(quint16 slot) const { return valueType(m_directory->schema(), slot); }
    QString inFile(quint16 slot) const
    {
        const auto schema = loadSchema(m_file);
        return schema ? valueType(*schema, slot) : QString();
    }
    void open()
    {
        m_keeper->open(m_file);
        QTRY_VERIFY(m_keeper->isSettled());
    }

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_etcd = std::make_unique<MemoryEtcd>();
        m_memory = std::make_unique<MemoryClient>(m_etcd.get());
        m_directory = std::make_unique<SlotDirectory>(&m_memory->client, &m_memory->watch);
        m_keeper = std::make_unique<SchemaKeeper>(m_directory.get());
        m_file = m_folder->filePath(QStringLiteral("schemas/a.json"));
    }
    void cleanup()
    {
        m_keeper.reset();
        m_directory.reset();
        m_memory.reset();
        m_etcd.reset();
    }

    void aFileIsMadeByTheFirstEdit()
    {
        open();
        QVERIFY(m_keeper->problem().isEmpty());
        QVERIFY(!QFile::exists(m_file));
        QCOMPARE(m_directory->schema().folder, QFileInfo(m_file).path());
        m_directory->pin(Slot(5), SchemaProperty::ValueType, QStringLiteral("Json"));
        QTRY_COMPARE(inFile(5), QStringLiteral("Json"));
        m_directory->unpin(Slot(5), SchemaProperty::ValueType);
        QTRY_COMPARE(inFile(5), QString());
        QTRY_VERIFY(m_keeper->isSettled());
    }
    void whatOthersWriteIsTakenOver()
    {
        QVERIFY(saveSchema(pinned(5, "Json"), m_file));
        open();
        QCOMPARE(inDirectory(5), QStringLiteral("Json"));
        QVERIFY(saveSchema(pinned(5, "Cbor"), m_file)); // replaces the file
        QTRY_COMPARE(inDirectory(5), QStringLiteral("Cbor"));
        writeFile(m_file, writeSchema(pinned(5, "Pickle"))); // writes into it
        QTRY_COMPARE(inDirectory(5), QStringLiteral("Pickle"));
        QTRY_VERIFY(m_keeper->isSettled());
        QCOMPARE(inFile(5), QStringLiteral("Pickle"));
        QVERIFY(QFile::remove(m_file)); // nothing is lost by that
        QTRY_VERIFY(m_keeper->isSettled());
        QCOMPARE(inDirectory(5), QStringLiteral("Pickle"));
        m_directory->pin(Slot(6), SchemaProperty::ValueType, QStringLiteral("Json"));
        QTRY_COMPARE(inFile(5), QStringLiteral("Pickle"));
        QCOMPARE(inFile(6), QStringLiteral("Json"));
    }
    void editsOfBothAreKept()
    {
        QVERIFY(saveSchema(pinned(5, "Json"), m_file));
        open();
        // Written by another before our own edit is.
        QVERIFY(saveSchema(pinned(6, "Cbor"), m_file));
        m_directory->pin(Slot(7), SchemaProperty::ValueType, QStringLiteral("Oid"));
        QTRY_COMPARE(inFile(7), QStringLiteral("Oid"));
        QTRY_COMPARE(inDirectory(6), QStringLiteral("Cbor"));
        QTRY_VERIFY(m_keeper->isSettled());
        QCOMPARE(inFile(6), QStringLiteral("Cbor"));
        QCOMPARE(inFile(5), QString()); // the other had taken it out
        QCOMPARE(inDirectory(5), QString());
    }
    void aDamagedFileIsToldAndNotWrittenOver()
    {
        QVERIFY(saveSchema(pinned(5, "Json"), m_file));
        open();
        QSignalSpy changed(m_keeper.get(), &SchemaKeeper::changed);
        const QByteArray damaged = "{\n  \"slotscope\": 1,\n<<<<<<< mine\n";
        writeFile(m_file, damaged);
        QTRY_VERIFY(!m_keeper->problem().isEmpty());
        QVERIFY2(m_keeper->problem().contains(QLatin1String("line 3")), qPrintable(m_keeper->problem()));
        QVERIFY(!changed.isEmpty());
        QCOMPARE(inDirectory(5), QStringLiteral("Json")); // what was known stays
        m_directory->pin(Slot(6), SchemaProperty::ValueType, QStringLiteral("Oid"));
        QTRY_VERIFY(m_keeper->isSettled());
        QCOMPARE(readFile(m_file), damaged);
        // Mended: what was edited meanwhile is written.
        QVERIFY(saveSchema(pinned(5, "Cbor"), m_file));
        QTRY_COMPARE(inFile(6), QStringLiteral("Oid"));
        QTRY_COMPARE(inDirectory(5), QStringLiteral("Cbor"));
        QTRY_VERIFY(m_keeper->isSettled());
        QVERIFY(m_keeper->problem().isEmpty());
        QCOMPARE(inFile(5), QStringLiteral("Cbor"));
    }
    void damagedFromTheStart()
    {
        QDir().mkpath(QFileInfo(m_file).path());
        writeFile(m_file, "nonsense");
        open();
        QVERIFY(!m_keeper->problem().isEmpty());
        m_directory->pin(Slot(6), SchemaProperty::ValueType, QStringLiteral("Oid"));
        QTRY_VERIFY(m_keeper->isSettled());
        m_keeper.reset(); // nor at the end
        QCOMPARE(readFile(m_file), QByteArray("nonsense"));
    }
    void whatCannotBeWrittenIsTold()
    {
        writeFile(m_folder->filePath(QStringLiteral("schemas")), "a file where the folder should be");
        open();
        m_directory->pin(Slot(6), SchemaProperty::ValueType, QStringLiteral("Oid"));
        QTRY_VERIFY(!m_keeper->problem().isEmpty());
        QVERIFY(QFile::remove(m_folder->filePath(QStringLiteral("schemas"))));
        m_directory->pin(Slot(7), SchemaProperty::ValueType, QStringLiteral("Oid"));
        QTRY_COMPARE(inFile(6), QStringLiteral("Oid"));
        QTRY_VERIFY(m_keeper->problem().isEmpty());
    }
    void theLastEditIsWrittenAtTheEnd()
    {
        open();
        m_directory->pin(Slot(5), SchemaProperty::ValueType, QStringLiteral("Json"));
        m_directory->pin(Slot(6), SchemaProperty::ValueType, QStringLiteral("Oid"));
        m_keeper.reset();
        QCOMPARE(inFile(5), QStringLiteral("Json"));
        QCOMPARE(inFile(6), QStringLiteral("Oid"));
    }
    void anotherFileIsAnotherSchema()
    {
        QVERIFY(saveSchema(pinned(5, "Json"), m_file));
        open();
        const QString first = m_file;
        m_directory->pin(Slot(6), SchemaProperty::ValueType, QStringLiteral("Oid"));
        m_file = m_folder->filePath(QStringLiteral("schemas/b.json"));
        open();
        QCOMPARE(inDirectory(5), QString());
        QCOMPARE(inDirectory(6), QString());
        QVERIFY(!QFile::exists(m_file));
        QCOMPARE(valueType(*loadSchema(first), 6), QStringLiteral("Oid"));
    }

    void aConnectionFindsItsFile()
    {
        const auto endpoint = Endpoint::parse(QStringLiteral("http://127.0.0.1:2379"));
        Connection connection(*endpoint, m_etcd->transport());
        connection.keepSchemaIn(m_folder->path());
        connection.open();
        QTRY_COMPARE(connection.state(), Connection::State::Online);
        QTRY_VERIFY(connection.schema()->isSettled());
        const QString file = connection.schema()->file();
        QVERIFY2(file.startsWith(m_folder->filePath(QStringLiteral("127.0.0.1_2379-"))), qPrintable(file));
        connection.directory()->pin(Slot(5), SchemaProperty::ValueType, QStringLiteral("Json"));
        QTRY_VERIFY(QFile::exists(file));
    }
};

QTEST_GUILESS_MAIN(TestSchemaKeeper)
#include "tst_schemakeeper.moc"
