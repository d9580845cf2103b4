namespace Chokepoint.MarketPrices.Data;

/// <summary>
/// The observations as known now, in partitions of ten years, and beside them the vintages that revisions replaced. EF Core knows no
/// partitions, so the first migration runs this.
/// </summary>
internal static class ObservationTables
{
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
}
