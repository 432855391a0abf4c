// SPDX-License-Identifier: GPL-3.0-or-later
//
// The words that the demo's data is made of.
#pragma once

#include <QString>
#include <QStringList>

#include <vector>

namespace slotscope::app::words {

struct City
{
    QString name;
    QString country;
    double latitude;
    double longitude;
};

struct Article
{
    QString sku;
    QString name;
    int cents;
};

const QStringList &firstNames();
const QStringList &lastNames();
const QStringList &tags();
const std::vector<City> &cities();
const std::vector<Article> &articles();
const QStringList &sentences();
const QStringList &subjects();

} // namespace slotscope::app::words
