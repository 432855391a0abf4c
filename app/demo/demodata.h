// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/demo/demotables.h"
#include "app/demo/random.h"
#include "core/value/value.h"

#include <QByteArray>
#include <QString>

#include <vector>

namespace slotscope::app {

struct DemoRecord
{
    QByteArray key;
    QByteArray value;
};

/// The made-up content of the demo, the same for the same seed. Names, places and goods are invented.
class DemoData
{
public:
    explicit DemoData(quint32 seed = 20240601);

    /// Everything to be written, catalogue first.
    const std::vector<DemoRecord> &records() const { return m_records; }
    const std::vector<QByteArray> &deviceKeys() const { return m_deviceKeys; }
    const std::vector<quint64> &orderNumbers() const { return m_orderNumbers; }
    /// What could not be encoded; empty when all is well.
    const QString &error() const { return m_error; }

    /// A new order of some user, placed at `placed` (ISO 8601 UTC).
    core::Value makeOrder(quint64 number, const QString &placed, Random &random) const;
    static QByteArray orderKey(quint64 number);

private:
    struct User
    {
        QUuid uuid;
        qint64 oid = 0;
        QString name;
        QString email;
        QString city;
        QString country;
    };

    void addCatalogue();
    void addUsers();
    void addOrders();
    void addDevices();
    void addSessions();
    void addDocuments();
    void addReadings();
    void addConfiguration();
    void put(core::Value keyPart, const core::Value &value, DemoSlot number);

    Random m_random;
    std::vector<User> m_users;
    std::vector<DemoRecord> m_records;
    std::vector<QByteArray> m_deviceKeys;
    std::vector<quint64> m_orderNumbers;
    QString m_error;
};

} // namespace slotscope::app
