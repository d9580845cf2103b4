using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Chokepoint.MarketPrices.Data.Migrations
{
    /// <inheritdoc />
    public partial class PricesInRowsOfAYear : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(ObservationTables.AsYears);

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            throw new System.NotSupportedException("Prices are not taken out of their years again; restore a backup of before.");
    }
}
