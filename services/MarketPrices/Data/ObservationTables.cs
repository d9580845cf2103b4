namespace Chokepoint.MarketPrices.Data;

/// <summary>
/// The observations: a row is a series' year as one batch brought it, so that a year's query reads that year alone and a price takes 26
/// bytes instead of 100. Nothing is ever replaced: of the prices of a day the newest vintage is the one known now, and the earlier stay.
/// </summary>
/// <remarks>See docs/adr/prices-in-rows-of-a-year.md. EF Core knows neither arrays that are unnested nor views.</remarks>
internal static class ObservationTables
{
    /// <summary>As the first migration made them: a row for each price. <see cref="AsYears"/> takes them over.</summary>
    public const string Create =
        """
        CREATE SEQUENCE batch_no;
        CREATE TABLE observations (
            series_no integer NOT NULL,
            date date NOT NULL,
            value double precision NOT NULL,
            vintage date NOT NULL,
            batch_no bigint NOT NULL,
            recorded_at timestamptz NOT NULL,
            PRIMARY KEY (series_no, date)
        ) PARTITION BY RANGE (date);
        CREATE TABLE earlier_vintages (
            series_no integer NOT NULL,
            date date NOT NULL,
            value double precision NOT NULL,
            vintage date NOT NULL,
            batch_no bigint NOT NULL,
            recorded_at timestamptz NOT NULL,
            PRIMARY KEY (series_no, date, vintage, batch_no)
        );
        CREATE TABLE price_floors (
            mineral text PRIMARY KEY,
            price double precision NOT NULL,
            unit text NOT NULL,
            currency text NOT NULL,
            set_at timestamptz NOT NULL
        );
        CREATE TABLE price_signals (
            series_no integer PRIMARY KEY,
            version bigint NOT NULL,
            as_of date NOT NULL,
            price double precision NOT NULL,
            month_return double precision,
            year_return double precision,
            volatility double precision,
            robust_z double precision,
            level smallint NOT NULL,
            floor_breached boolean NOT NULL
        );
        CREATE TABLE observations_before_1980 PARTITION OF observations FOR VALUES FROM (MINVALUE) TO ('1980-01-01');
        CREATE TABLE observations_1980 PARTITION OF observations FOR VALUES FROM ('1980-01-01') TO ('1990-01-01');
        CREATE TABLE observations_1990 PARTITION OF observations FOR VALUES FROM ('1990-01-01') TO ('2000-01-01');
        CREATE TABLE observations_2000 PARTITION OF observations FOR VALUES FROM ('2000-01-01') TO ('2010-01-01');
        CREATE TABLE observations_2010 PARTITION OF observations FOR VALUES FROM ('2010-01-01') TO ('2020-01-01');
        CREATE TABLE observations_2020 PARTITION OF observations FOR VALUES FROM ('2020-01-01') TO ('2030-01-01');
        CREATE TABLE observations_2030 PARTITION OF observations FOR VALUES FROM ('2030-01-01') TO ('2040-01-01');
        CREATE TABLE observations_from_2040 PARTITION OF observations FOR VALUES FROM ('2040-01-01') TO (MAXVALUE);
        """;

    /// <summary>
    /// <c>observation_years</c> with the prices stored so far, as the second migration made it; <see cref="AddRepeated"/> has its views now.
    /// </summary>
    public const string AsYears =
        """
        CREATE TABLE observation_years (
            series_no integer NOT NULL,
            year smallint NOT NULL,
            batch_no bigint NOT NULL,
            vintage date NOT NULL,
            recorded_at timestamptz NOT NULL,
            dates date[] NOT NULL,
            prices double precision[] NOT NULL,
            PRIMARY KEY (series_no, year, batch_no, vintage)
        );
        -- Compressing takes longer than writing what it saves.
        ALTER TABLE observation_years ALTER COLUMN dates SET STORAGE EXTERNAL, ALTER COLUMN prices SET STORAGE EXTERNAL;
        INSERT INTO observation_years
        SELECT series_no, extract(year FROM date), batch_no, vintage, max(recorded_at), array_agg(date ORDER BY date), array_agg(value ORDER BY date)
        FROM (SELECT * FROM observations UNION ALL SELECT * FROM earlier_vintages) stored
        GROUP BY series_no, extract(year FROM date), batch_no, vintage;
        DROP TABLE observations, earlier_vintages;
        CREATE VIEW vintages AS
            SELECT y.series_no, y.year, p.date, p.value, y.vintage, y.batch_no, y.recorded_at
            FROM observation_years y CROSS JOIN LATERAL unnest(y.dates, y.prices) AS p (date, value);
        CREATE VIEW observations AS
            SELECT DISTINCT ON (series_no, year, date) * FROM vintages ORDER BY series_no, year, date, vintage DESC, batch_no DESC;
        """;

    /// <summary>
    /// The vintages that said a row's prices again, rising. Without them a price of a vintage between, coming late, would stand for good:
    /// 120 in February and again in April, then March's 110. <c>vintages</c> shows every price as a row for each vintage that said it,
    /// <c>observations</c> those known now. Ask both by series and year: nothing else keeps them from reading everything.
    /// </summary>
    public const string AddRepeated =
        $"""
        ALTER TABLE observation_years ADD COLUMN repeated date[] NOT NULL DEFAULT ARRAY[]::date[];
        DROP VIEW observations, vintages;
        CREATE VIEW vintages AS
            SELECT y.series_no, y.year, p.date, p.value, v.vintage, y.batch_no, y.recorded_at
            FROM observation_years y CROSS JOIN LATERAL unnest(y.vintage || y.repeated) AS v (vintage)
                CROSS JOIN LATERAL unnest(y.dates, y.prices) AS p (date, value);
        CREATE VIEW observations AS
            SELECT DISTINCT ON (y.series_no, y.year, p.date) y.series_no, y.year, p.date, p.value, {Newest} AS vintage, y.batch_no, y.recorded_at
            FROM observation_years y CROSS JOIN LATERAL unnest(y.dates, y.prices) AS p (date, value)
            ORDER BY y.series_no, y.year, p.date, {Newest} DESC, y.batch_no DESC;
        """;

    /// <summary>Of a row <c>y</c>: the newest vintage that said its prices. Where two rows have a day's price, that of the newer is known now.</summary>
    public const string Newest = "greatest(y.vintage, y.repeated[cardinality(y.repeated)])";
}
