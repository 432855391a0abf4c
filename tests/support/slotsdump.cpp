// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/slotsdump.h"

#include "tests/support/await.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/testpaths.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>

namespace slotscope::test {

int loadDump(const EtcdProcess &etcd, const QString &file)
{
    QFile dump(file);
    if (!dump.open(QIODevice::ReadOnly))
        return -1;
    core::Client client(etcd.parsedEndpoint());
    core::TxnRequest request;
    int count = 0;
    const auto send = [&] {
        const auto reply = await(client.txn(request));
        request.success.clear();
        return reply && reply->succeeded;
    };
    while (!dump.atEnd()) {
        const QJsonObject entry = QJsonDocument::fromJson(dump.readLine()).object();
        const QByteArray key = QByteArray::fromHex(entry.value(QLatin1String("key")).toString().toLatin1());
        const QByteArray value =
            QByteArray::fromHex(entry.value(QLatin1String("value")).toString().toLatin1());
        request.success.push_back({core::PutRequest {.key = key, .value = value}});
        ++count;
        if (request.success.size() == 100 && !send())
            return -1;
    }
    return request.success.empty() || send() ? count : -1;
}

std::unique_ptr<EtcdProcess> startLibrary()
{
    constexpr int Keys = 897;
    auto etcd = std::make_unique<EtcdProcess>();
    if (!etcd->start()) {
        qWarning("etcd does not start");
        return nullptr;
    }
    const int loaded = loadDump(*etcd, dataFile(QStringLiteral("slots/slots-dump.jsonl")));
    if (loaded != Keys) {
        qWarning("%d of %d keys of the library were loaded", loaded, Keys);
        return nullptr;
    }
    return etcd;
}

} // namespace slotscope::test
