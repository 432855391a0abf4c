// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/vectors.h"

#include "tests/support/testpaths.h"

#include <QFile>
#include <QtTest>

namespace slotscope::test {

namespace {

Json parsed(const QByteArray &text, const QString &name)
{
    Json json = Json::parse(text.begin(), text.end(), nullptr, false);
    if (json.is_discarded())
        QTest::qFail(qPrintable(QStringLiteral("%1 is not JSON").arg(name)), __FILE__, __LINE__);
    return json;
}

} // namespace

QByteArray dataBytes(const QString &name)
{
    QFile file(dataFile(name));
    if (!file.open(QIODevice::ReadOnly))
        QTest::qFail(qPrintable(QStringLiteral("cannot read %1").arg(name)), __FILE__, __LINE__);
    return file.readAll();
}

Json readVectors(const QString &name)
{
    return parsed(dataBytes(name), name);
}

std::vector<Json> vectorsIn(const QString &name, const char *list)
{
    const Json file = readVectors(name);
    std::vector<Json> entries;
    if (!file.contains(list) || !file[list].is_array())
        QTest::qFail(qPrintable(QStringLiteral("%1 has no list %2").arg(name, QLatin1String(list))), __FILE__,
                     __LINE__);
    else
        entries.assign(file[list].begin(), file[list].end());
    return entries;
}

std::vector<Json> readLines(const QString &name)
{
    std::vector<Json> lines;
    for (const QByteArray &line : dataBytes(name).split('\n')) {
        if (!line.isEmpty())
            lines.push_back(parsed(line, name));
    }
    return lines;
}

QByteArray fromHex(const Json &hex)
{
    return QByteArray::fromHex(QByteArray::fromStdString(hex.get<std::string>()));
}

QByteArray compact(const Json &json)
{
    return QByteArray::fromStdString(json.dump());
}

void forEachMutation(const QByteArray &bytes, qsizetype limit,
                     const std::function<void(const QByteArray &)> &visit)
{
    const qsizetype end = std::min(bytes.size(), limit);
    for (qsizetype size = 0; size < end; ++size)
        visit(bytes.left(size));
    for (qsizetype i = 0; i < end; ++i) {
        for (int bit = 0; bit < 8; ++bit) {
            QByteArray mutated = bytes;
            mutated[i] = char(mutated[i] ^ (1 << bit));
            visit(mutated);
        }
    }
}

} // namespace slotscope::test
