using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Chokepoint.MarketPrices.Data.Migrations
{
    /// <inheritdoc />
    public partial class RepeatedVintages : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(ObservationTables.AddRepeated);

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            throw new System.NotSupportedException("What vintages said again is not forgotten again; restore a backup of before.");
    }
}
